import { useSyncExternalStore } from 'react';
import { vault } from './vault';

/** What a sign-in gives. The access token is in memory only; the vault has the rest. */
export type Session = { refreshToken: string; memberId: string; accessToken?: string; accessTokenEndsAt?: number };

let current: Session | null | undefined; // undefined: the vault was not read yet
const listeners = new Set<() => void>();

export const session = {
  get current() {
    return current;
  },
  /** Keeps a session, or forgets the one that there is. */
  set(next: Session | null) {
    const isStored = next?.refreshToken === current?.refreshToken && next?.memberId === current?.memberId;
    current = next;
    if (!next) void vault.forget();
    else if (!isStored) void vault.keep(JSON.stringify({ refreshToken: next.refreshToken, memberId: next.memberId }));
    for (const tell of listeners) tell();
  },
  /** Reads what an earlier start has left. */
  async restore() {
    const kept = await vault.read().catch(() => null); // a vault whose key is gone holds nothing
    session.set(kept ? (JSON.parse(kept) as Session) : null);
  },
};

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}

/** The session; null if nobody is signed in, undefined as long as that is not known. */
export function useSession() {
  return useSyncExternalStore(subscribe, () => current, () => current);
}

/** The `id` of the member who is signed in. */
export const viewerId = () => current?.memberId;
