import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { OperationTypeNode } from 'graphql';
import { from, switchMap } from 'rxjs';
import { graphql } from '../generated';
import { cache } from './cache';
import { session } from './session';

const url = new URL(import.meta.env.VITE_GRAPHQL_URL ?? '/graphql', location.href).href;

const authorize = new SetContextLink(({ headers }) => ({
  headers: session.tokens ? { ...headers, authorization: `Bearer ${session.tokens.accessToken}` } : headers,
}));

/** Renews an access token whose hour is over and repeats what failed; whatever else is wrong with it ends the session. */
const renew = new ErrorLink(({ error, operation, forward }) => {
  const reason = whyUnauthenticated(error);
  if (!reason) return undefined;
  const { renewed, headers } = operation.getContext();
  if (reason !== 'TOKEN_EXPIRED' || renewed) {
    session.tokens = null;
    return undefined;
  }
  operation.setContext({ renewed: true });
  const wasRenewedMeanwhile = headers?.authorization !== `Bearer ${session.tokens?.accessToken}`;
  return wasRenewedMeanwhile ? forward(operation) : from(refresh()).pipe(switchMap(() => forward(operation)));
});

const socket = createClient({
  url: url.replace(/^http/, 'ws'),
  connectionParams: async () => ({ Authorization: `Bearer ${await freshToken()}` }),
  retryAttempts: Infinity, // it waits longer each time
  shouldRetry: () => true,
});

export const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    ApolloLink.from([renew, authorize, new HttpLink({ uri: url })]),
  ),
  cache,
  incrementalHandler: new Defer20220824Handler(),
});

const Refresh = graphql(`
  mutation Refresh($refreshToken: String!) {
    result: refreshAccessToken(input: { refreshToken: $refreshToken }) {
      accessToken
      accessTokenExpiresAt
      refreshToken
    }
  }
`);

let refreshing: Promise<void> | undefined;

/** Gets a new access token, once for all that wait for it, in all tabs. If that is refused, the session is over. */
function refresh() {
  const late = session.tokens?.accessToken;
  refreshing ??= navigator.locks.request('refresh', async () => {
    if (session.tokens?.accessToken === late) await requestTokens(); // else another tab has done it meanwhile
  }).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function requestTokens() {
  const refreshToken = session.tokens?.refreshToken ?? '';
  const { data } = await client.mutate({ mutation: Refresh, variables: { refreshToken }, fetchPolicy: 'no-cache' });
  const result = data?.result;
  session.tokens = result?.accessToken && result.accessTokenExpiresAt
    ? { ...session.tokens, accessToken: result.accessToken, accessTokenExpiresAt: result.accessTokenExpiresAt, refreshToken: result.refreshToken ?? refreshToken }
    : null;
}

const Logout = graphql(`
  mutation Logout {
    logout {
      loggedOut
    }
  }
`);

/** Ends the access token, forgets both, and what only this member may see. */
export async function signOut() {
  await client.mutate({ mutation: Logout, fetchPolicy: 'no-cache' }).catch(() => undefined); // it ends by itself within the hour
  session.tokens = null;
  sessionStorage.removeItem(snapshot);
  await client.clearStore();
}

const snapshot = 'screens';

/** Keeps what the screens show, as far as it fits, for a start without a network. It ends with the tab, as the tokens do. */
export function keepScreens() {
  if (!session.tokens) return;
  try {
    sessionStorage.setItem(snapshot, JSON.stringify(cache.extract()));
  } catch {
    sessionStorage.removeItem(snapshot); // it was too much
  }
}

/** Without a network, shows what was kept. With one, everything is read anew. */
export function restoreScreens() {
  const kept = sessionStorage.getItem(snapshot);
  if (kept && session.tokens && !navigator.onLine) cache.restore(JSON.parse(kept));
}

/** An access token with at least a minute left: a socket keeps the one that it was opened with. */
async function freshToken() {
  const ends = Date.parse(session.tokens?.accessTokenExpiresAt ?? '');
  if (ends < Date.now() + 60_000) await refresh();
  return session.tokens?.accessToken;
}

function whyUnauthenticated(error: unknown) {
  const refused = CombinedGraphQLErrors.is(error)
    ? error.errors.find(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')
    : undefined;
  return refused?.extensions?.reason;
}
