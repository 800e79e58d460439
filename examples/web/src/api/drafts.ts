import { viewerId } from './session';

const prefix = 'draft ';
const place = (key: string) => `${prefix}${viewerId() ?? ''} ${key}`; // nobody sees what another member has begun
const listeners = new Set<(key: string) => void>();

/** A text that was begun: what the editor has, and the title of a post. */
export type Draft = { html: string; title?: string };

/** What a member has begun and not sent, by what it is for. It outlives the tab; signing out forgets it. */
export const drafts = {
  read: (key: string) => JSON.parse(localStorage.getItem(place(key)) ?? 'null') as Draft | null,
  keep(key: string, draft: Draft | null) {
    if (draft) localStorage.setItem(place(key), JSON.stringify(draft));
    else localStorage.removeItem(place(key));
  },
  /** Puts a text back into the editor that it came from. */
  putBack(key: string, draft: Draft) {
    drafts.keep(key, draft);
    for (const tell of listeners) tell(key);
  },
  /** Calls `tell` when a text is put back. */
  onPutBack(tell: (key: string) => void) {
    listeners.add(tell);
    return () => { listeners.delete(tell); };
  },
  forgetAll() {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
  },
};
