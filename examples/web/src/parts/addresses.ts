const community = new URL(import.meta.env.VITE_COMMUNITY_URL ?? 'https://allotment.example.com');

// Spaces, posts, lessons, quizzes and rooms have the same addresses here.
const known = /^\/(c\/[^/]+(\/[^/]+|\/sections\/[^/]+\/lessons\/[^/]+|\/quizzes\/[^/]+(\/attempts\/[^/]+)?)?|messages\/[^/]+)\/?$/;

/** Where the app shows what an address of the community's own pages leads to; null for other addresses. */
export function pathOf(url: string) {
  const { host, pathname, search, hash } = new URL(url, community);
  if (host !== community.host) return null;
  if (known.test(pathname)) return pathname + search + hash;
  return pathname === '/' ? '/' : `/open?url=${encodeURIComponent(url)}`;
}

/** The address of a screen on the community's own pages, to share. */
export function shareable(path: string) {
  return new URL(path, community).href;
}

/** The screen above another one: where Back leads if somebody came by a link. */
export function parentOf(path: string) {
  const [first, second, third] = path.split('/').filter(Boolean);
  if (!second) return '/';
  if (first === 'c') return third ? `/c/${second}` : '/spaces';
  if (first === 'spaces') return `/c/${second}`;
  if (first === 'messages') return third ? `/messages/${second}` : '/messages';
  return first === 'me' ? '/me' : '/';
}
