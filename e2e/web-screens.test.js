// Every screen of the example app in a real browser: who can use it, by day and by night, and what it costs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { barriers, launch, open, widths } from './browser.js';
import { member, start } from './server.js';
import { screens, serveApp, signIn, visit } from './web-app.js';

// The most that each screen requests from Circle if nothing is remembered, on a desktop. The whole app begins anew each time: six are
// for the bell, its subscription, the rooms with something new, the spaces with their numbers, and the events beside most screens. In
// rooms, what happened since the last socket is read, too.
const cost = {
  home: 9, spaces: 6, space: 13, 'space-pictures': 10, 'space-events': 10, 'space-course': 10, 'space-chat': 20,
  'space-members': 10, 'space-private': 8, post: 9, pictures: 9, event: 10, lesson: 10, quiz: 7, write: 8, events: 7, messages: 7,
  room: 18, 'new-message': 7, notifications: 11, search: 7, profile: 8, edit: 7, bookmarks: 7, preferences: 8, member: 8,
  'not-found': 6,
};

// Without a memory two queries that are on their way at once share what they both ask for, if they meet.
const apart = 1;

describe('every screen', { concurrency: true }, () => {
  for (const width of widths) {
    test(`${width} pixels wide each screen has no barriers by day and by night, and costs few requests to Circle`, async (t) => {
      const server = await start({ args: ['--admin-listen', '127.0.0.1:0'], env: { CIRCLEGRAPH_MEMO_BYTES: '0' }, t });
      const app = await serveApp(server.url);
      t.after(app.stop);
      const browser = await launch({ t });
      const { page, problems } = await open(browser, app.url, { t, width, context: { serviceWorkers: 'block', reducedMotion: 'reduce' } });
      await signIn(page, member);
      await page.waitForLoadState('networkidle');
      await page.addInitScript(() => { window.setInterval = () => 0; }); // what is asked each minute is no part of the price
      await page.goto('about:blank');
      let before = await requestsToCircle(server);
      for (const screen of screens) {
        await visit(page, app.url, screen);
        await page.waitForLoadState('networkidle');
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          for (const barrier of await barriers(page)) problems.push(`${screen.name}, ${colorScheme}: ${barrier}`);
        }
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (overflow > 0) problems.push(`${screen.name} is ${overflow} pixels too wide`);
        await page.goto('about:blank');
        const spent = await requestsToCircle(server) - before;
        before += spent;
        t.diagnostic(`${screen.name}: ${spent} requests to Circle`);
        if (width > 600 && spent > cost[screen.name] + apart) problems.push(`${screen.name} costs ${spent} requests to Circle, more than ${cost[screen.name]}`);
      }
      assert.deepEqual(problems, []);
    });
  }
});

/**
 * How many requests the server has sent to Circle so far, by its own count, once nothing is open any more: what a subscription reads
 * late then belongs to the screen that had it.
 */
async function requestsToCircle(server) {
  const address = /msg="serving metrics" address=(\S+)/.exec(server.log())[1];
  let metrics;
  do metrics = await (await fetch(`http://${address}/metrics`)).text();
  while (!/^circlegraph_streams_open 0$/m.test(metrics));
  return [...metrics.matchAll(/^circlegraph_upstream_requests_total\{.*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}
