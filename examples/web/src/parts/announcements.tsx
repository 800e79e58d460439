import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let message = '';
let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows a sentence for a few seconds, and has it read out. */
export function say(next: string) {
  message = next;
  clearTimeout(timer);
  if (next) timer = setTimeout(say, 5000, '');
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where `say` says it. */
export function Announcements() {
  const text = useSyncExternalStore(subscribe, () => message);
  return <div className="announcements" role="status">{text && <p>{text}</p>}</div>;
}
