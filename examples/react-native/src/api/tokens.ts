import { Client, fetchExchange } from 'urql';
import { graphql } from '../generated';
import { url } from './endpoint';
import { explain } from './errors';
import { session } from './session';

// Signing in and renewing need no token and no cache.
const plain = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });

// In the sandbox a name is enough. A real community proves who somebody is: the app then sends an ID token of the community's
// OpenID Connect provider (expo-auth-session gets one), `login(input: { identityToken: … })`, and the rest stays as it is.
const Login = graphql(`
  mutation Login($email: String!) {
    login(input: { email: $email }) {
      accessToken
      accessTokenExpiresAt
      refreshToken
      viewer { id member { id } }
      userErrors { message }
    }
  }
`);

const Refresh = graphql(`
  mutation Refresh($refreshToken: String!) {
    refreshAccessToken(input: { refreshToken: $refreshToken }) {
      accessToken
      accessTokenExpiresAt
      refreshToken
      userErrors { code }
    }
  }
`);

const Logout = graphql(`
  mutation Logout {
    logout { loggedOut }
  }
`);

/** Signs a member in; gives the reason if that is refused. */
export async function signIn(email: string) {
  const { data, error } = await plain.mutation(Login, { email }).toPromise();
  if (error) return explain(error).title;
  const { accessToken, accessTokenExpiresAt, refreshToken, viewer, userErrors } = data!.login!;
  if (!accessToken || !accessTokenExpiresAt || !refreshToken || !viewer) return userErrors[0]?.message ?? 'That did not work.';
  session.set({ accessToken, accessTokenEndsAt: Date.parse(accessTokenExpiresAt), refreshToken, memberId: viewer.member!.id });
  return '';
}

/** Ends the access token and forgets the session. */
export async function signOut() {
  const accessToken = session.current?.accessToken;
  session.set(null);
  if (accessToken) await plain.mutation(Logout, {}, { fetchOptions: { headers: { authorization: `Bearer ${accessToken}` } } }).toPromise();
}

/** Whether the access token is missing or about to end. A phone's clock may be wrong, so an answer may still say that it has ended. */
export const isLate = () => session.current !== null && (session.current?.accessTokenEndsAt ?? 0) < Date.now() + 60_000;

let renewing: Promise<void> | undefined;

/** Gets a new access token, once for all that wait for it. If that is refused, the session is over; without a network it is not. */
export function renew() {
  renewing ??= requestTokens().finally(() => { renewing = undefined; });
  return renewing;
}

async function requestTokens() {
  const before = session.current;
  if (!before) return;
  const { data, error } = await plain.mutation(Refresh, { refreshToken: before.refreshToken }).toPromise();
  if (session.current !== before) return; // signed out meanwhile
  const { accessToken, accessTokenExpiresAt, refreshToken } = data?.refreshAccessToken ?? {};
  if (accessToken && accessTokenExpiresAt) {
    session.set({ ...before, accessToken, accessTokenEndsAt: Date.parse(accessTokenExpiresAt), refreshToken: refreshToken ?? before.refreshToken });
  } else if (!error || error.graphQLErrors.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED')) {
    session.set(null);
  }
}

/** An access token with at least a minute left. */
export async function freshToken() {
  if (isLate()) await renew();
  return session.current?.accessToken;
}
