import { Clock, Pencil, RotateCw, Trash2, TriangleAlert } from 'lucide-react';
import { useLocation } from 'wouter';
import { drafts } from '../api/drafts';
import { discard, type Letter, resend, useLetters } from '../api/outbox';
import { RichText } from './rich-text';

/** What the member has written here and the community does not have yet. */
export function Letters({ on }: { on: string }) {
  const letters = useLetters(on);
  if (letters.length === 0) return null;
  return <ul className="letters">{letters.map((letter) => <li key={letter.key}>{letter.title && <h3>{letter.title}</h3>}<RichText html={letter.html} /><LetterState of={letter} /></li>)}</ul>;
}

/** How far something has come, and what can be done if it cannot go on. */
export function LetterState({ of: { key, state, problem, path, draft, title, html } }: { of: Letter }) {
  const [here, go] = useLocation();
  const change = () => {
    drafts.putBack(draft!, { html, title });
    discard(key);
    if (path !== here) go(path);
  };
  if (state === 'REFUSED') {
    return (
      <p className="letter-state problem" role="alert">
        <TriangleAlert aria-hidden="true" />{problem}
        <button type="button" className="button quiet" onClick={() => resend(key)}><RotateCw aria-hidden="true" />Send again</button>
        {draft && <button type="button" className="button quiet" onClick={change}><Pencil aria-hidden="true" />Change</button>}
        <button type="button" className="button quiet" onClick={() => discard(key)}><Trash2 aria-hidden="true" />Delete</button>
      </p>
    );
  }
  const words = navigator.onLine ? problem ?? 'Sending…' : 'Goes out when you are back online';
  return <p className="letter-state meta"><Clock aria-hidden="true" />{words}</p>;
}
