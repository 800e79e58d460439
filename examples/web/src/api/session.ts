import { useSyncExternalStore } from 'react';

/** What a sign-in gives and a refresh renews, and whose it is. */
export type Session = { accessToken: string; accessTokenExpiresAt: string; refreshToken: string; memberId?: string };

const key = 'tokens';
const listeners = new Set<() => void>();
const otherTabs = new BroadcastChannel('session');
let tokens = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Session | null;

/**
 * Who is signed in, while one of the app's tabs is open: each keeps the tokens for itself and hands them to the others.
 * Scripts of the page can read this store: an app that shows what others have written must trust its own rendering, as this
 * one does in rich-text.tsx.
 */
export const session = {
  get tokens() {
    return tokens;
  },
  set tokens(next: Session | null) {
    keep(next);
    otherTabs.postMessage({ tokens: next });
  },
};

/** The `id` of the member who is signed in. */
export const viewerId = () => tokens?.memberId;

type Message = { tokens: Session | null } | 'who is signed in?';

otherTabs.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data !== 'who is signed in?') keep(data.tokens);
  else if (tokens) otherTabs.postMessage({ tokens });
});

/** Resolves once it is known whether another tab is signed in already. */
export async function sessionOfOtherTabs() {
  if (tokens) return;
  otherTabs.postMessage('who is signed in?' satisfies Message);
  await new Promise<void>((resolve) => {
    const stop = subscribe(() => { stop(); resolve(); });
    setTimeout(resolve, 150); // there is no other tab
  });
}

function keep(next: Session | null) {
  tokens = next;
  if (next) sessionStorage.setItem(key, JSON.stringify(next));
  else sessionStorage.removeItem(key);
  for (const tell of listeners) tell();
}

/** The tokens of the member who is signed in; null if nobody is. */
export function useTokens() {
  return useSyncExternalStore(subscribe, () => tokens);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}
