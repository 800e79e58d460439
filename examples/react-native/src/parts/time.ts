const steps = [[86_400, 'd'], [3_600, 'h'], [60, 'min']] as const;

/** How long ago; the day for what is older than a week; nothing where the community hides it. Hermes knows few of `Intl`. */
export function ago(at: string | null | undefined, now = Date.now()) {
  if (!at) return '';
  const date = new Date(at);
  const seconds = (now - date.getTime()) / 1000;
  if (seconds < 60) return 'just now';
  if (seconds > 7 * 86_400) return date.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
  const [length, unit] = steps.find(([size]) => seconds >= size)!;
  return `${Math.floor(seconds / length)} ${unit} ago`;
}

/** The hour of a message. */
export function clock(at: string | null | undefined) {
  return at ? new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' }) : '';
}
