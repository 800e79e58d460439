// Takes pictures of the example app, of each kind of page on a phone and on a desktop, by day and by night, for people to look at.
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
await browser.close();
await app.stop();
await server.stop();
console.log(`Look at ${directory}`);
