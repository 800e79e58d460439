import { authExchange } from '@urql/exchange-auth';
import { createClient as createSocket } from 'graphql-ws';
import { AppState } from 'react-native';
import { Client, fetchExchange, subscriptionExchange } from 'urql';
import { cache } from './cache';
import { url } from './endpoint';
import { session } from './session';
import { freshToken, isLate, renew } from './tokens';

const reasonOf = (errors: readonly { extensions: Record<string, unknown> }[]) => errors.find(({ extensions }) => extensions.code === 'UNAUTHENTICATED')?.extensions.reason;

/** A client for one member: another one gets another, because the cache holds what only this member may see. */
export function createClient() {
  const socket = createSocket({
    url: url.replace(/^http/, 'ws'),
    connectionParams: async () => ({ Authorization: `Bearer ${await freshToken()}` }),
    retryAttempts: Infinity, // it waits longer each time
    shouldRetry: () => true,
  });
  // A phone freezes apps that nobody looks at, and their sockets die unnoticed. Subscriptions go on from where they were.
  const appState = AppState.addEventListener('change', (state) => { if (state === 'active') socket.terminate(); });

  const client = new Client({
    url,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [
      cache(),
      authExchange(async ({ appendHeaders }) => ({
        addAuthToOperation: (operation) => (session.current?.accessToken ? appendHeaders(operation, { authorization: `Bearer ${session.current.accessToken}` }) : operation),
        willAuthError: () => isLate(),
        didAuthError({ graphQLErrors }) {
          const reason = reasonOf(graphQLErrors);
          if (reason && reason !== 'TOKEN_EXPIRED') session.set(null); // revoked, or not valid
          return reason === 'TOKEN_EXPIRED';
        },
        refreshAuth: renew,
      })),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink as never) }),
        }),
      }),
    ],
  });
  const close = () => {
    appState.remove();
    void socket.dispose();
  };
  return { client, close };
}
