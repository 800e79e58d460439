// The example app as `npm run app` has built it, with the endpoint behind the same origin.
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../examples/web/', import.meta.url));

/** A page of each kind that the app has for Maya, and what is on it once it is complete. */
export const screens = [
  { name: 'home', path: '/', shows: 'Plots to look at this Sunday' },
  { name: 'spaces', path: '/spaces', shows: 'Beekeepers' },
  { name: 'space', path: '/c/vegetables', shows: 'Too many kale: recipes, please' },
  { name: 'space-pictures', path: '/c/harvest-photos', shows: 'Sweet peas by the gate' },
  { name: 'space-events', path: '/c/workshops', shows: 'Sharpening morning' },
  { name: 'space-course', path: '/c/first-year', shows: 'lessons done' },
  { name: 'space-chat', path: '/c/tea-hut', shows: 'Tea hut', composes: true },
  { name: 'space-members', path: '/c/plot-holders', shows: 'Arthur Pennington' },
  { name: 'space-private', path: '/c/beekeepers', shows: 'Beekeepers is private' },
  { name: 'post', path: '/c/vegetables/everything-we-know-about-tomatoes', shows: 'Show more', composes: true },
  { name: 'pictures', path: '/c/harvest-photos/the-new-raised-beds-are-finished', shows: 'Reply', composes: true },
  { name: 'event', path: '/c/events/pumpkin-weigh-in', shows: 'Reply', composes: true },
  { name: 'lesson', path: '/c/first-year/sections/410001/lessons/1900001', shows: 'Say good morning to everybody' },
  { name: 'quiz', path: '/c/first-year/quizzes/52001/attempts/3300030', shows: 'Three questions about soil.' },
  { name: 'write', path: '/spaces/vegetables/write', shows: 'Write in Vegetables', composes: true },
  { name: 'events', path: '/events', shows: 'Annual general meeting' },
  { name: 'messages', path: '/messages', shows: 'Bean pole expedition' },
  { name: 'room', path: '/messages/57d9fca7-775e-448c-9d90-b0047f927b7b', shows: 'bring the children', composes: true },
  { name: 'new-message', path: '/messages/new', shows: 'Arthur Pennington' },
  { name: 'notifications', path: '/notifications', shows: 'Bean poles wanted' },
  { name: 'search', path: '/search?q=tomatoes', shows: 'Everything we know about' },
  { name: 'profile', path: '/me', shows: 'Offered: runner beans, saved here' },
  { name: 'edit', path: '/me/edit', shows: 'Plot number' },
  { name: 'bookmarks', path: '/me/bookmarks', shows: 'All' },
  { name: 'preferences', path: '/me/preferences', shows: 'Replies to my comments' },
  { name: 'member', path: '/members/8800005', shows: 'Hola desde la parcela 22' },
  { name: 'not-found', path: '/no/such/page', shows: 'There is no such page' },
];

/**
 * Serves an app on a free port.
 *
 * @param {string} endpoint address of the server, as `start` of server.js gives it
 * @param {object} [options]
 * @param {string} [options.root] where the app is, with what was built in its `dist/`; otherwise it is examples/web
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function serveApp(endpoint, { root = web } = {}) {
  const { preview } = await import('../examples/web/node_modules/vite/dist/node/index.js');
  const server = await preview({
    root, configFile: false, logLevel: 'silent',
    server: { proxy: Object.fromEntries(['/graphql', '/rails'].map((path) => [path, { target: new URL(endpoint).origin, ws: true }])) }, // pictures, too
    preview: { host: '127.0.0.1', port: 0 },
  });
  return { url: `http://127.0.0.1:${server.httpServer.address().port}`, stop: () => server.close() };
}

/** Signs a member of the sandbox in, on the page that asks who they are. */
export async function signIn(page, email) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
}

/** Goes to one of `screens` and waits until everything that can be seen is there, pictures too. */
export async function visit(page, url, { path, shows, composes }) {
  await page.goto(url + path);
  await page.getByRole('main').getByText(shows).first().waitFor();
  if (composes) await page.locator('.editor').first().waitFor();
  await page.waitForFunction(() => [...document.images].every((image) => {
    const { top, bottom } = image.getBoundingClientRect();
    return image.complete || top > innerHeight || bottom < 0;
  }));
}
