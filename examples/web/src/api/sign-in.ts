import { graphql } from '../generated';
import { client } from './client';
import { explain } from './errors';
import { session } from './session';

// In the sandbox a name is enough. A real community proves who somebody is: the app then sends an ID token of the community's
// OpenID Connect provider, `login(input: { identityToken: … })`, and the rest stays as it is.
const Login = graphql(`
  mutation Login($email: String!) {
    result: login(input: { email: $email }) {
      accessToken
      accessTokenExpiresAt
      refreshToken
      viewer { id member { id } }
      userErrors {
        message
      }
    }
  }
`);

/** Signs a member in; gives the reason if that is refused. */
export async function signIn(email: string) {
  try {
    const { data } = await client.mutate({ mutation: Login, variables: { email }, fetchPolicy: 'no-cache' });
    const { accessToken, accessTokenExpiresAt, refreshToken, viewer, userErrors } = data!.result;
    if (!accessToken || !accessTokenExpiresAt || !refreshToken) return userErrors[0]?.message ?? 'That did not work.';
    session.tokens = { accessToken, accessTokenExpiresAt, refreshToken, memberId: viewer?.member.id };
    return '';
  } catch (error) {
    return explain(error).title;
  }
}
