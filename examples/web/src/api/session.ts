import { useSyncExternalStore } from 'react';

/** What a sign-in gives and a refresh renews. */
export type Tokens = { accessToken: string; accessTokenExpiresAt: string; refreshToken: string };

const key = 'tokens';
const listeners = new Set<() => void>();
let tokens = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Tokens | null;

/**
 * Who is signed in, while the tab lives. Scripts of the page can read this store: an app that shows what others
 * have written must trust its own rendering, as this one does in rich-text.tsx.
 */
export const session = {
  get tokens() {
    return tokens;
  },
  set tokens(next: Tokens | null) {
    tokens = next;
    if (next) sessionStorage.setItem(key, JSON.stringify(next));
    else sessionStorage.removeItem(key);
    for (const tell of listeners) tell();
  },
};

/** The tokens of the member who is signed in; null if nobody is. */
export function useTokens() {
  return useSyncExternalStore(subscribe, () => tokens);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
