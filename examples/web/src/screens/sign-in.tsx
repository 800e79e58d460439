import { type FormEvent, useState } from 'react';
import { signIn } from '../api/sign-in';
import { Avatar } from '../parts/avatar';

const people = [
  { name: 'Maya Fielding', email: 'member@example.com', note: 'First-year plot holder' },
  { name: 'José Álvarez', email: 'jose@example.com', note: 'Tomates y pimientos' },
  { name: 'Ruth Okafor', email: 'admin@example.com', note: 'Site secretary' },
];

export default function SignInScreen() {
  const [loading, setLoading] = useState(false);
  const [email, setEmail] = useState('');
  const [problem, setProblem] = useState('');

  const enter = async (as: string) => {
    setProblem('');
    setLoading(true);
    setProblem(await signIn(as));
    setLoading(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(email);
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
            <button type="button" disabled={loading} onClick={() => void enter(as)}>
              <Avatar name={name} url={null} />
              <span><b>{name}</b><span className="meta">{note}</span></span>
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}
