// The example app as `npm run app` has built it, with the endpoint behind the same origin.
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../examples/web/', import.meta.url));

/** A page of each kind that the app has for Maya, and what is on it once it is complete. */
export const screens = [
  { name: 'home', path: '/', shows: 'Plots to look at this Sunday' },
  { name: 'post', path: '/c/vegetables/everything-we-know-about-tomatoes', shows: 'Show more' },
  { name: 'pictures', path: '/c/harvest-photos/the-new-raised-beds-are-finished', shows: 'Reply' },
  { name: 'event', path: '/c/events/pumpkin-weigh-in', shows: 'Reply' },
  { name: 'events', path: '/events', shows: 'Annual general meeting' },
  { name: 'notifications', path: '/notifications', shows: 'Bean poles wanted' },
  { name: 'profile', path: '/me', shows: 'Offered: runner beans, saved here' },
  { name: 'member', path: '/members/8800005', shows: 'Hola desde la parcela 22' },
];

/**
 * Serves the app on a free port.
 *
 * @param {string} endpoint address of the server, as `start` of server.js gives it
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function serveApp(endpoint) {
  const { preview } = await import('../examples/web/node_modules/vite/dist/node/index.js');
  const server = await preview({
    root, logLevel: 'silent',
    server: { proxy: { '/graphql': { target: new URL(endpoint).origin, ws: true } } },
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
export async function visit(page, url, { path, shows }) {
  await page.goto(url + path);
  await page.getByRole('main').getByText(shows).first().waitFor();
  await page.waitForFunction(() => [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight));
}
