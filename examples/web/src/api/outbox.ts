import { CombinedGraphQLErrors, type DocumentNode, type OperationVariables, type TypedDocumentNode } from '@apollo/client';
import { useSyncExternalStore } from 'react';
import { say } from '../parts/announcements';
import { client } from './client';
import { explain } from './errors';
import { session } from './session';

/** Something that a member has written or done and that the community may not have yet. */
export type Letter = {
  /** Its idempotency key: sent twice, for example after a broken connection, it is still there once. */
  key: string;
  document: DocumentNode;
  variables: OperationVariables;
  /** What it is about: the id of a room, post, comment or space. */
  on: string;
  /** What to show in its place meanwhile. */
  html: string;
  writtenAt: string;
  /** When it was first sent, if no answer has come. */
  sentAt?: number;
  /** `SENT`: it has arrived, and a room will have it as a message in a moment. */
  state: 'WAITING' | 'SENDING' | 'SENT' | 'REFUSED';
  /** Why it waits or was refused. */
  problem?: string;
  /** What says that it has arrived. */
  done?: string;
  /** Whether it stays until `arrived` says that the room has it. */
  hasEcho?: boolean;
  /** The time that Circle gave the message. */
  circleSentAt?: string;
  /** Where it was written, to be changed there if it is refused. */
  path: string;
  draft?: string;
  title?: string;
};

type Note = Pick<Letter, 'on' | 'html' | 'done' | 'hasEcho' | 'draft' | 'title'> & { key?: string; isLast?: boolean };
type Payload = { result: { sentAt?: string | null; userErrors: { message: string }[] } };

// Circlegraph remembers keys for ten minutes. What was sent longer ago without an answer may be there; only a person can tell.
const remembered = 9 * 60_000;
const listeners = new Set<() => void>();
let letters: Letter[] = read();
let timer: ReturnType<typeof setTimeout> | undefined;
let pause = 2_000;

function store() {
  return `outbox ${session.tokens?.memberId ?? ''}`; // nobody sends what another member wrote
}

function read() {
  return (JSON.parse(localStorage.getItem(store()) ?? '[]') as Letter[]).map((letter): Letter => (letter.state === 'SENDING' ? { ...letter, state: 'WAITING' } : letter));
}

function keep(next: Letter[]) {
  letters = next;
  if (next.length > 0) localStorage.setItem(store(), JSON.stringify(next));
  else localStorage.removeItem(store());
  for (const tell of listeners) tell();
}

function change(key: string, fields: Partial<Letter>) {
  keep(letters.map((letter) => (letter.key === key ? { ...letter, ...fields } : letter)));
}

/** Takes something to be sent: now, or once the community can be reached. With `isLast` it replaces what waits for the same thing. */
export function post<Data extends Payload, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>, variables: Omit<Variables, 'key'>, { key = crypto.randomUUID(), isLast, ...note }: Note,
) {
  const others = isLast ? letters.filter(({ on, state, html }) => on !== note.on || html || state !== 'WAITING') : letters;
  keep([...others, { ...note, key, document, variables: { ...variables, key }, path: location.pathname, writtenAt: new Date().toISOString(), state: 'WAITING' }]);
  void send();
  return key;
}

/** Tries again, with the same key. */
export function resend(key: string) {
  change(key, { state: 'WAITING', problem: undefined, sentAt: undefined });
  void send();
}

/** Forgets something: it is there, or the member has thought better of it. */
export function discard(key: string) {
  keep(letters.filter((letter) => letter.key !== key));
}

/** Forgets everything that waits. */
export function discardAll() {
  keep([]);
}

/** What waits, for all things or for one. */
export function useLetters(on?: string) {
  const all = useSyncExternalStore(subscribe, () => letters);
  return all.filter((letter) => letter.html && (on === undefined || letter.on === on));
}

export function waitingLetters() {
  return letters.filter(({ state }) => state !== 'SENT').length;
}

/** Sends what waits, one after the other, in one tab at a time. */
async function send() {
  clearTimeout(timer);
  await navigator.locks.request('outbox', async () => {
    for (let next = due(); next && navigator.onLine && session.tokens; next = due()) {
      if (!(await sendOne(next))) {
        timer = setTimeout(() => void send(), pause);
        pause = Math.min(pause * 2, 60_000);
        return;
      }
      pause = 2_000;
    }
  });
}

function due() {
  return letters.find(({ state }) => state === 'WAITING');
}

/** Sends a letter; false if all others should wait too. */
async function sendOne({ key, document, variables, sentAt, done, hasEcho }: Letter) {
  if (sentAt && Date.now() - sentAt > remembered) {
    change(key, { state: 'REFUSED', problem: 'We do not know whether this has arrived. Please look before you send it again.' });
    return true;
  }
  change(key, { state: 'SENDING', sentAt: sentAt ?? Date.now(), problem: undefined });
  try {
    const { data } = await client.mutate<Payload>({ mutation: document, variables });
    const refusal = data?.result.userErrors[0];
    if (refusal) change(key, { state: 'REFUSED', problem: refusal.message });
    else if (hasEcho) change(key, { state: 'SENT', circleSentAt: data?.result.sentAt ?? undefined });
    else discard(key);
    if (!refusal && done) say(done);
    return true;
  } catch (error) {
    const { title, hint, canRetry } = explain(error);
    const problem = `${title}. ${hint}`;
    if (!canRetry) {
      change(key, { state: 'REFUSED', problem });
      return true;
    }
    change(key, { state: 'WAITING', problem });
    const seconds = CombinedGraphQLErrors.is(error) ? error.errors[0]?.extensions?.retryAfterSeconds : undefined;
    if (typeof seconds === 'number') pause = seconds * 1000;
    return false;
  }
}

/** Begins with what an earlier visit has left, and goes on whenever the network is back. */
export function openOutbox() {
  keep(read());
  void send();
  const onStorage = ({ key }: StorageEvent) => {
    if (key !== store()) return;
    letters = read();
    for (const tell of listeners) tell();
  };
  const onOnline = () => { pause = 2_000; void send(); };
  addEventListener('online', onOnline);
  addEventListener('storage', onStorage);
  return () => {
    removeEventListener('online', onOnline);
    removeEventListener('storage', onStorage);
  };
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}
