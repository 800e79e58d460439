import type { DocumentNode, OperationVariables, TypedDocumentNode, WatchQueryFetchPolicy } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { useEffect, useEffectEvent } from 'react';
import { say } from '../parts/announcements';
import { client } from './client';
import { explain } from './errors';
import { useBackOnline } from './online';

type Options<Variables> = { variables?: Variables; skip?: boolean; fetchPolicy?: WatchQueryFetchPolicy };

/**
 * What a screen shows. An error replaces nothing that is there already: what was read before stays, and the error is said. Once
 * the network is back, a screen that had an error asks again by itself.
 */
export function useScreen<Data, Variables extends OperationVariables>(document: TypedDocumentNode<Data, Variables>, options: Options<NoInfer<Variables>> = {}) {
  const query = useQuery(document, options as never);
  const { error, loading } = query;
  const kept = error ? client.readQuery({ query: document as DocumentNode, variables: options.variables }) : undefined;
  const data = (query.data ?? kept ?? undefined) as Data | undefined;

  const problem = error && data ? explain(error).title : '';
  useEffect(() => {
    if (problem && navigator.onLine) say(problem); // without a network the banner says it
  }, [problem]);

  const refetch = async () => {
    try {
      await query.refetch();
    } catch {
      // `error` has it
    }
  };
  useBackOnline(() => { if (error) void refetch(); });

  /** Fetches another page of the screen's list. */
  const more = (variables: Partial<Variables>) => query.fetchMore({ variables: variables as never });
  return { data, error: data ? undefined : error, loading, refetch, more };
}

/** Fetches what a part of the screen needs more, into the cache. */
export function load<Data, Variables extends OperationVariables>(document: TypedDocumentNode<Data, Variables>, variables: NoInfer<Variables>) {
  return client.query({ query: document as DocumentNode, variables, fetchPolicy: 'network-only' }) as Promise<{ data: Data }>;
}

/** Asks every so many seconds, while somebody looks, without touching the cache. */
export function useLook<Data>(document: TypedDocumentNode<Data, Record<string, never>>, seconds: number, tell: (data: Data) => void) {
  const ask = useEffectEvent(async () => {
    if (window.document.hidden || !navigator.onLine) return;
    const answer = await client.query({ query: document as DocumentNode, fetchPolicy: 'no-cache' }).catch(() => undefined); // next time
    if (answer?.data) tell(answer.data as Data);
  });
  useEffect(() => {
    const timer = setInterval(() => void ask(), seconds * 1000);
    const look = () => void ask();
    window.document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      window.document.removeEventListener('visibilitychange', look);
    };
  }, [seconds]);
}
