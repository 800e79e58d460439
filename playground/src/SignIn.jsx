import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { closePanel, isNarrow } from './panel.js';

/** The plugin to sign in with, as the server lets one. */
export function signInPlugin(session, settings) {
  return { title: 'Sign in', icon: Icon, content: () => <SignIn session={session} settings={settings} /> };
}

function Icon(props) {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" {...props}>
      <circle cx="12" cy="8" r="4" />
      <path d="M4 21c0-4 3.5-7 8-7s8 3 8 7" />
    </svg>
  );
}

function SignIn({ session, settings: { login, members = [] } }) {
  const { name, trouble } = useSyncExternalStore(session.subscribe, session.snapshot);
  return (
    <section className="sign-in" aria-label="Sign in">
      <h2>Sign in</h2>
      {name && <SignedIn session={session} />}
      {trouble && <p className="trouble" role="alert">{trouble}</p>}
      {login.includes('sandbox') && <Members session={session} members={members} />}
      {login.includes('oidc') && (
        <Paste label="ID token" action="Sign in" onPaste={(identityToken) => session.signIn({ identityToken })}>
          Your identity provider’s ID token signs you in. It must be no older than ten minutes, and each works once.
        </Paste>
      )}
      {login.includes('trusted') && (
        <p>Members are signed in by a server of yours, with a secret that must not get into a page. Let it call <code>login</code>,
          and bring the access token here.</p>
      )}
      {!login.includes('sandbox') && (
        <Paste label="Access token" action="Use it" onPaste={(token) => session.bring(token)}>
          {login.includes('oidc') && 'Or bring an access token that '}
          {login.includes('oidc') && <><code>login</code> gave already.</>}
        </Paste>
      )}
    </section>
  );
}

function SignedIn({ session }) {
  const { name } = useSyncExternalStore(session.subscribe, session.snapshot);
  return (
    <div className="signed-in" role="status">
      <p><strong>You are {name}.</strong> The token goes with what every tab asks, unless its headers have another.</p>
      <button type="button" onClick={() => session.signOut()}>Sign out</button>
    </div>
  );
}

/** The members of the sandbox, any of whom one may be. */
function Members({ session, members }) {
  const [text, setText] = useState('');
  const { name, busy } = useSyncExternalStore(session.subscribe, session.snapshot);
  const { changeTab, run } = useGraphiQLActions();
  const { tabs, activeTabIndex, queryEditor } = useGraphiQL(pick('tabs', 'activeTabIndex', 'queryEditor'));
  const [next, setNext] = useState(null);
  const found = members.filter((member) => `${member.name} ${member.headline}`.toLowerCase().includes(text.toLowerCase()));

  const become = async (email) => {
    await session.signIn({ email });
    if (session.state.trouble) return;
    const done = tabs[activeTabIndex].operationName === 'SignIn';
    if (done && tabs[activeTabIndex + 1]) {
      setNext(activeTabIndex + 1);
      changeTab(activeTabIndex + 1);
    } else if (isNarrow()) closePanel();
  };

  // The tab after the sign-in shows at once what signing in was for, and is there to be changed.
  useEffect(() => {
    if (activeTabIndex !== next) return;
    setNext(null);
    run();
    if (isNarrow()) closePanel(); // and this with it, so it is the last
    else queryEditor?.focus();
  }, [activeTabIndex, next, queryEditor, run]);
  return (
    <>
      <p>This is the sandbox: be whoever you like.</p>
      <input type="search" placeholder="Find a member" aria-label="Find a member" value={text} onChange={(event) => setText(event.target.value)} />
      <ul>
        {found.map((member) => (
          <li key={member.email}>
            <button type="button" disabled={busy} aria-pressed={member.name === name} onClick={() => become(member.email)}>
              <span className="initials" aria-hidden="true">{initials(member.name)}</span>
              <span><strong>{member.name}</strong>{member.headline && <small>{member.headline}</small>}</span>
            </button>
          </li>
        ))}
      </ul>
      {!found.length && <p>Nobody of that name.</p>}
    </>
  );
}

const initials = (name) => name.split(' ').map((word) => [...word][0]).slice(0, 2).join('');

/** A token to paste. */
function Paste({ label, action, onPaste, children }) {
  const [text, setText] = useState('');
  const submit = (event) => {
    event.preventDefault();
    if (text.trim()) onPaste(text.trim());
    setText('');
  };
  return (
    <form onSubmit={submit}>
      <p>{children}</p>
      <label>{label}<textarea rows="4" spellCheck="false" autoComplete="off" value={text} onChange={(event) => setText(event.target.value)} /></label>
      <button type="submit">{action}</button>
    </form>
  );
}
