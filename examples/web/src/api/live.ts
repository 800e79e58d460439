import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useSubscription } from '@apollo/client/react';
import { useEffect } from 'react';

/**
 * Follows a subscription while the part is on the screen. What has an `id` goes into the cache by itself; `tell` is for the rest.
 * The socket comes back by itself when it breaks, and again when it has ended with the token that it was opened with.
 */
export function useLive<Data, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
  { variables, skip = false, tell }: { variables?: NoInfer<Variables>; skip?: boolean; tell?: (data: Data) => void } = {},
) {
  const options = { variables, skip, onData: ({ data: { data } }: { data: { data?: Data } }) => { if (data) tell?.(data); } };
  const { data, error, restart } = useSubscription(document, options as never);
  useEffect(() => {
    if (!error) return undefined;
    const timer = setTimeout(restart, 5_000);
    return () => clearTimeout(timer);
  }, [error, restart]);
  return data as Data | undefined;
}
