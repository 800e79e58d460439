// The example app in a real browser, on the real server: what a member does with it, and what each screen costs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barriers, launch, open } from './browser.js';
import { ask, expired, member, start } from './server.js';
import { screens, serveApp, signIn, visit } from './web-app.js';

let server;
let app;
let browser;
before(async () => {
  server = await start({ args: ['--admin-listen', '127.0.0.1:0'], env: { CIRCLEGRAPH_MEMO_BYTES: '0' } });
  app = await serveApp(server.url);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await app?.stop();
  await server?.stop();
});

/** Opens the app for somebody who signs in. */
async function signedIn(t, email, options) {
  const opened = await open(browser, app.url, { t, ...options });
  await signIn(opened.page, email);
  return opened;
}

const posts = (page) => page.getByRole('main').getByRole('article');

test('a member reads, likes, comments, says that they come, reads a notification and leaves', async (t) => {
  const { page, problems } = await signedIn(t, member, { width: 390 });
  const like = (place) => place.getByRole('button', { name: /^Like/ }).first();

  await t.test('the feed goes on as one scrolls', async () => {
    await posts(page).nth(9).waitFor();
    assert.deepEqual(await barriers(page), []);
    for (const more of [19, 29]) {
      await posts(page).last().scrollIntoViewIfNeeded();
      await posts(page).nth(more).waitFor();
    }
    const titles = await page.getByRole('main').getByRole('heading', { level: 2 }).allTextContents();
    assert.equal(new Set(titles).size, titles.length, 'no post comes twice');
  });

  await t.test('a like on the post shows in the feed too', async () => {
    const card = posts(page).filter({ hasText: 'Is biochar worth the trouble?' });
    assert.equal(await like(card).getAttribute('aria-label'), 'Like, 7 likes');
    await card.getByRole('link', { name: 'Is biochar worth the trouble?' }).click();
    const post = page.getByRole('article', { name: 'Is biochar worth the trouble?' });
    await page.getByRole('region', { name: 'Comments' }).waitFor();
    assert.deepEqual(await barriers(page), []);
    await like(post).click();
    await post.getByRole('button', { name: 'Like, 8 likes', pressed: true }).waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await card.getByRole('button', { name: 'Like, 8 likes', pressed: true }).waitFor();
  });

  await t.test('a comment and a reply appear in their places', async () => {
    await posts(page).filter({ hasText: 'Is biochar worth the trouble?' }).getByRole('link', { name: 'comments' }).click();
    const comments = page.getByRole('region', { name: 'Comments' });
    await comments.getByLabel('Write a comment').fill('Two handfuls to a bucket.\n\nNo more.');
    await comments.getByRole('button', { name: 'Send' }).click();
    const mine = comments.getByRole('article').filter({ hasText: 'Two handfuls to a bucket.' });
    await mine.waitFor();
    await page.getByRole('status').filter({ hasText: 'Your words are there.' }).waitFor();
    await mine.getByRole('button', { name: 'Reply' }).click();
    await page.keyboard.type('Or three.');
    await page.keyboard.press('Control+Enter');
    await mine.getByRole('article').filter({ hasText: 'Or three.' }).waitFor();
    assert.deepEqual(await barriers(page), []);
  });

  await t.test('the member comes to an event, and then does not', async () => {
    await page.getByRole('link', { name: 'Events' }).click();
    const event = posts(page).filter({ hasText: 'Annual general meeting' });
    await event.getByText('13 going').waitFor();
    assert.deepEqual(await barriers(page), []);
    await event.getByRole('button', { name: 'I am going' }).click();
    await event.getByText('14 going').waitFor();
    await event.getByRole('button', { name: 'Going', pressed: true }).click();
    await event.getByText('13 going').waitFor();
    assert.ok(await posts(page).filter({ hasText: 'Sharpening morning' }).getByRole('button', { name: 'Full' }).isDisabled());
  });

  await t.test('the badge goes down with what is read', async () => {
    const badge = page.getByRole('link', { name: 'Notifications' }).locator('.badge');
    await badge.filter({ hasText: /^10 new$/ }).waitFor();
    await page.getByRole('link', { name: 'Notifications' }).click();
    const first = page.getByRole('button', { name: /Plots to look at this Sunday.*unread/ });
    await first.waitFor();
    assert.deepEqual(await barriers(page), []);
    await first.click();
    await page.getByRole('heading', { name: 'Plots to look at this Sunday' }).waitFor();
    await badge.filter({ hasText: /^9 new$/ }).waitFor();
    await page.getByRole('link', { name: 'Notifications' }).click();
    await page.getByRole('button', { name: 'Mark all as read' }).click();
    await page.getByRole('button', { name: /unread/ }).first().waitFor({ state: 'detached' });
    await badge.waitFor({ state: 'detached' });
  });

  await t.test('a mention leads to the member, and the profile is the viewer’s own', async () => {
    await page.goto(`${app.url}/c/vegetables/everything-we-know-about-tomatoes`);
    await page.getByRole('link', { name: '@Arthur Pennington' }).click();
    await page.getByRole('heading', { name: 'Arthur Pennington', level: 2 }).waitFor();
    await posts(page).first().waitFor();
    assert.deepEqual(await barriers(page), []);
    await page.getByRole('link', { name: 'Profile' }).click();
    await page.getByRole('heading', { name: 'Maya Fielding', level: 2 }).waitFor();
    await posts(page).first().waitFor();
  });

  await t.test('signing out ends the token and forgets what was seen', async () => {
    const { accessToken } = await page.evaluate(() => JSON.parse(sessionStorage.getItem('tokens')));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail address').waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.getItem('tokens')), null);
    const answer = await fetch(server.url, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` }, body: '{"query":"{ viewer { email } }"}',
    });
    assert.equal((await answer.json()).errors[0].extensions.reason, 'TOKEN_REVOKED');
    assert.deepEqual(await barriers(page), []);
  });

  assert.deepEqual(problems, []);
});

// What each screen requests from Circle if nothing is remembered. Three of these are for the badge, its subscription, and the
// events beside most screens.
const cost = { home: 5, post: 6, pictures: 6, event: 6, events: 4, notifications: 4, profile: 5, member: 5 };

test('each screen has no barriers in the dark, and costs few requests to Circle', async (t) => {
  const { page, problems } = await signedIn(t, member, { scheme: 'dark' });
  for (const screen of screens) {
    await page.waitForLoadState('networkidle');
    const before = await requestsToCircle();
    await visit(page, app.url, screen);
    await page.waitForLoadState('networkidle');
    const spent = await requestsToCircle() - before;
    t.diagnostic(`${screen.name}: ${spent} requests to Circle`);
    assert.equal(spent, cost[screen.name], `the requests to Circle for ${screen.name}`);
    assert.deepEqual(await barriers(page), []);
  }
  assert.deepEqual(problems, []);
});

/** How many requests the server has sent to Circle so far, by its own count. */
async function requestsToCircle() {
  const address = /msg="serving metrics" address=(\S+)/.exec(server.log())[1];
  const metrics = await (await fetch(`http://${address}/metrics`)).text();
  return [...metrics.matchAll(/^circlegraph_upstream_requests_total\{.*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}

test('an expired token is renewed without a word, once for all, also for the subscription', async (t) => {
  const { page, problems } = await signedIn(t, 'jose@example.com');
  const tokens = () => page.evaluate(() => JSON.parse(sessionStorage.getItem('tokens')));
  const late = expired((await tokens()).accessToken);
  await page.evaluate((accessToken) => {
    const kept = JSON.parse(sessionStorage.getItem('tokens'));
    sessionStorage.setItem('tokens', JSON.stringify({ ...kept, accessToken }));
  }, late);
  const refreshes = [];
  page.on('request', (request) => { if (request.postData()?.includes('refreshAccessToken')) refreshes.push(request); });
  await page.reload();
  await posts(page).first().waitFor();
  const badge = page.getByRole('link', { name: 'Notifications' }).locator('.badge');
  await badge.waitFor();
  const { accessToken } = await tokens();
  assert.notEqual(accessToken, late);

  await ask(server.url, 'mutation { resetNewNotificationsCount { userErrors { message } } }', { token: accessToken });
  await badge.waitFor({ state: 'detached' }); // which only the subscription shows within a minute
  assert.ok(refreshes.length <= 2, `${refreshes.length} refreshes: want one for the queries, and one for a socket that comes late`);
  assert.deepEqual(problems, []);
});

test('a member without a home feed, a page that is not there and a wrong address are told so', async (t) => {
  const { page, problems } = await signedIn(t, 'newcomer@example.com');
  await page.getByRole('heading', { name: 'Not in this community' }).waitFor();
  await page.goto(`${app.url}/c/vegetables/no-such-post`);
  await page.getByRole('heading', { name: 'This is not here' }).waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.goto(`${app.url}/me`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('E-mail address').fill('nobody@example.com');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
  assert.deepEqual(problems, []);
});

test('a broken connection is said, and trying again helps', async (t) => {
  const { page } = await signedIn(t, 'zoe@example.com', { scheme: 'dark' });
  await posts(page).first().waitFor();
  assert.deepEqual(await barriers(page), [], 'in the dark too');
  await page.context().setOffline(true);
  await page.getByText('You are offline. What you see may be old.').waitFor();
  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.getByRole('button', { name: 'Past' }).click();
  await page.getByRole('heading', { name: 'You are offline' }).waitFor();
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await posts(page).first().waitFor();
});
