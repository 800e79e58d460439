// Takes pictures of the front page, the playground and the example app, of each kind of page on a phone and on a desktop, by day
// and by night, for people to look at.
import { mkdirSync } from 'node:fs';
import { launch, open, widths } from './browser.js';
import { member, start } from './server.js';
import { screens, serveApp, signIn, visit } from './web-app.js';

const directory = new URL('screenshots/', import.meta.url).pathname;
mkdirSync(directory, { recursive: true });
const server = await start();
const app = await serveApp(server.url);
const browser = await launch();
for (const width of widths) {
  for (const scheme of ['light', 'dark']) {
    const { page } = await open(browser, app.url, { width, scheme, context: { deviceScaleFactor: 2 } });
    const take = (name) => page.screenshot({ path: `${directory}app-${name}-${width}-${scheme}.png` });
    await take('sign-in');
    await signIn(page, member);
    for (const screen of screens) {
      await visit(page, app.url, screen);
      await page.waitForTimeout(300); // what comes into view loads late, and fonts do
      await take(screen.name);
    }
    await page.context().close();
  }
}
for (const width of widths) {
  for (const scheme of ['light', 'dark']) {
    const { page } = await open(browser, server.url.replace('/graphql', '/'), { width, scheme, context: { deviceScaleFactor: 2 } });
    const take = (name, options) => page.screenshot({ path: `${directory}${name}-${width}-${scheme}.png`, ...options });
    await take('front');
    await take('front-whole', { fullPage: true });
    await page.getByRole('link', { name: 'Open the playground' }).click();
    await page.getByRole('button', { name: 'Maya Fielding' }).waitFor();
    await take('playground-sign-in');
    await page.getByRole('button', { name: 'Maya Fielding' }).click();
    await page.getByRole('tab', { name: 'Home', selected: true }).waitFor();
    await page.getByRole('button', { name: 'Execute query' }).click();
    await page.locator('.graphiql-response').getByText('"Maya Fielding"').waitFor();
    await page.waitForTimeout(500); // the editor colours what it has got
    await take('playground');
    await page.context().close();
  }
}
await browser.close();
await app.stop();
await server.stop();
console.log(`Look at ${directory}`);
