const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60]];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'narrow' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

/** How long ago; nothing where the community hides it. */
export function Ago({ at }: { at: string | null }) {
  if (!at) return null;
  const date = new Date(at);
  return <time dateTime={at} title={exact.format(date)}>{ago(date)}</time>;
}

function ago(date: Date) {
  const seconds = (Date.now() - date.getTime()) / 1000;
  if (seconds < 60) return 'just now';
  if (seconds > 7 * 86_400) return (date.getFullYear() === new Date().getFullYear() ? day : dayAndYear).format(date);
  const [unit, length] = steps.find(([, size]) => seconds >= size)!;
  return relative.format(-Math.floor(seconds / length), unit);
}

const moment = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' });
const hour = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

/** When an event takes place; the day of its end only if it lasts longer than one. */
export function Span({ starts, ends }: { starts: string; ends: string | null | undefined }) {
  const isLong = ends && Date.parse(ends) - Date.parse(starts) > 86_400_000;
  const end = ends ? ` – ${(isLong ? moment : hour).format(new Date(ends))}` : '';
  return <time dateTime={starts}>{moment.format(new Date(starts))}{end}</time>;
}

const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

/** The time of a message. */
export function Clock({ at }: { at: string }) {
  return <time dateTime={at} title={exact.format(new Date(at))}>{hour.format(new Date(at))}</time>;
}

/** The name of a day, from what somebody would call it today. */
export function dayOf(at: string) {
  const then = new Date(at);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  return days < 2 ? capital(new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(-days, 'day')) : weekday.format(then);
}

function capital(word: string) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** A length in minutes and seconds. */
export function minutes(seconds: number) {
  return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;
}

/** A day with its name. */
export function Day({ at }: { at: string }) {
  return <time dateTime={at} title={exact.format(new Date(at))}>{weekday.format(new Date(at))}</time>;
}

/** Whether an event is over. */
export function isOver({ startsAt, endsAt }: { startsAt: string; endsAt?: string | null }) {
  return Date.parse(endsAt ?? startsAt) < Date.now();
}
