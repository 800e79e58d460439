import { useMutation } from '@apollo/client/react';
import { type FormEvent, useState } from 'react';
import { explain } from '../api/errors';
import { session } from '../api/session';
import { graphql } from '../generated';
import { Avatar } from '../parts/avatar';

// In the sandbox a name is enough. A real community proves who somebody is: the app then sends an ID token of the community's
// OpenID Connect provider, `login(input: { identityToken: … })`, and the rest stays as it is.
const Login = graphql(`
  mutation Login($email: String!) {
    result: login(input: { email: $email }) {
      accessToken
      accessTokenExpiresAt
      refreshToken
      userErrors {
        message
      }
    }
  }
`);

const people = [
  { name: 'Maya Fielding', email: 'member@example.com', note: 'First-year plot holder' },
  { name: 'José Álvarez', email: 'jose@example.com', note: 'Tomates y pimientos' },
  { name: 'Ruth Okafor', email: 'admin@example.com', note: 'Site secretary' },
];

export function SignInScreen() {
  const [login, { loading }] = useMutation(Login);
  const [email, setEmail] = useState('');
  const [problem, setProblem] = useState('');

  const signIn = async (as: string) => {
    setProblem('');
    try {
      const { data } = await login({ variables: { email: as }, fetchPolicy: 'no-cache' });
      const { accessToken, accessTokenExpiresAt, refreshToken, userErrors } = data!.result;
      if (accessToken && accessTokenExpiresAt && refreshToken) session.tokens = { accessToken, accessTokenExpiresAt, refreshToken };
      else setProblem(userErrors[0]?.message ?? 'That did not work.');
    } catch (error) {
      setProblem(explain(error).title);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signIn(email);
  };

  return (
    <main className="sign-in">
      <title>Sign in · Thornbury Lane</title>
      <img src="/icon.svg" alt="" width="64" height="64" />
      <h1>Thornbury Lane</h1>
      <p className="meta">The allotment gardeners’ community</p>
      <form className="card" onSubmit={submit}>
        <label htmlFor="email">E-mail address</label>
        <input
          id="email"
          type="email"
          required
          autoComplete="email"
          placeholder="you@example.com"
          value={email}
          onChange={({ target }) => setEmail(target.value)}
          aria-describedby="problem"
          aria-invalid={problem !== ''}
        />
        <p id="problem" className="problem" role="alert">{problem}</p>
        <button type="submit" className="button" disabled={loading}>{loading ? 'Signing in…' : 'Sign in'}</button>
      </form>
      <h2>or look around as</h2>
      <ul className="card people">
        {people.map(({ name, email: as, note }) => (
          <li key={as}>
            <button type="button" disabled={loading} onClick={() => void signIn(as)}>
              <Avatar name={name} url={null} />
              <span><b>{name}</b><span className="meta">{note}</span></span>
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}
