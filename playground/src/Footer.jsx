import { useEffect, useState, useSyncExternalStore } from 'react';
import { openPanel } from './panel.js';

/** Shows who is signed in, or how to sign in. */
export function Footer({ session }) {
  const { name, token, expires, trouble } = useSyncExternalStore(session.subscribe, session.snapshot);
  const over = usePast(expires);
  const show = <button type="button" className="link" onClick={openPanel}>{token ? 'Sign in again' : 'Sign in'}</button>;

  if (!token && trouble) return <p className="who over" role="status">{trouble} {show}</p>;
  if (!token) return <p className="who">Nobody is signed in, so most fields answer UNAUTHENTICATED. {show}</p>;
  if (over) return <p className="who over" role="status">The token of {name} ended at {clock(expires)}. {show}</p>;
  if (trouble) return <p className="who over" role="status">{trouble} {show}</p>;
  return <p className="who on">{name}{expires && <>, until {clock(expires)}</>}</p>;
}

const clock = (time) => time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

/** Whether a time has passed, also if it passes while the page is open. */
function usePast(time) {
  const [past, setPast] = useState(false);
  useEffect(() => {
    const left = time ? time - Date.now() : Infinity;
    setPast(left <= 0);
    if (left <= 0 || left === Infinity) return undefined;
    const timer = setTimeout(() => setPast(true), left);
    return () => clearTimeout(timer);
  }, [time]);
  return past;
}
