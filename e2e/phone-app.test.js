// The phones' example app in its web form, in a real browser on the real server: five screens, and two members who write.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { barriers, launch, open, scrollTo } from './browser.js';
import { ask, expired, login, member, start } from './server.js';
import { serveApp } from './web-app.js';

let server;
let app;
let browser;
before(async () => {
  server = await start({ env: { CIRCLEGRAPH_MEMO_BYTES: '0' } }); // what others write is there at once
  app = await serveApp(server.url, { root: fileURLToPath(new URL('../examples/react-native/', import.meta.url)) });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await app?.stop();
  await server?.stop();
});

async function signedIn(t, email, options) {
  const opened = await open(browser, app.url, { t, width: 390, ...options });
  await opened.page.getByLabel('E-mail address').fill(email);
  await opened.page.getByRole('button', { name: 'Sign in' }).click();
  await articles(opened.page).nth(3).waitFor();
  return opened;
}

// Screens that lie below stay in the page, hidden.
const articles = (page) => page.getByRole('article').filter({ visible: true });
const tab = (page, name) => page.getByRole('tab', { name }).filter({ visible: true });
const say = async (page, label, words) => {
  await page.getByLabel(label).fill(words);
  await page.getByRole('button', { name: 'Send' }).click();
};

test('a member reads, likes, opens a post and comments, by day and by night', async (t) => {
  const { page, problems } = await signedIn(t, member);
  assert.deepEqual(await barriers(page), []);

  await t.test('the feed goes on as one scrolls, and no post comes twice', async () => {
    for (const more of [12, 22]) {
      await scrollTo(articles(page).nth(more), async () => {
        await articles(page).last().scrollIntoViewIfNeeded();
        await page.mouse.wheel(0, 20_000);
      });
    }
    const titles = await articles(page).getByRole('link').allTextContents();
    assert.equal(new Set(titles).size, titles.length);
  });

  await t.test('a like on the post shows in the feed too', async () => {
    const card = articles(page).filter({ hasText: 'Is biochar worth the trouble?' });
    const like = (place, likes, pressed) => place.getByRole('button', { name: `Like, ${likes} likes`, pressed });
    await like(card, 7, false).waitFor();
    await card.getByRole('link').first().click();
    await page.getByRole('heading', { name: 'Is biochar worth the trouble?', level: 1 }).waitFor();
    await like(articles(page).first(), 7, false).click();
    await like(articles(page).first(), 8, true).waitFor();
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await barriers(page), [], colorScheme);
    }
    await say(page, 'Write a comment', 'Two handfuls to a bucket.');
    await articles(page).filter({ hasText: 'Two handfuls to a bucket.' }).waitFor();
    await page.goBack();
    await like(card, 8, true).waitFor();
  });
  assert.deepEqual(problems, []);
});

test('two members write to each other, and each message is there once', async (t) => {
  const maya = await signedIn(t, member);
  const jose = await signedIn(t, 'jose@example.com');
  for (const [{ page }, other] of [[maya, 'José Álvarez'], [jose, 'Maya Fielding']]) {
    await tab(page, /Messages/).click();
    await page.getByRole('link', { name: other }).click();
    await page.getByLabel('Write a message').waitFor();
  }
  await say(maya.page, 'Write a message', 'Shall we say three?');
  await articles(jose.page).filter({ hasText: 'Shall we say three?' }).waitFor();
  await say(jose.page, 'Write a message', 'Three it is.');
  await articles(maya.page).filter({ hasText: 'Three it is.' }).waitFor();
  for (const { page, problems } of [maya, jose]) {
    await page.getByText('Sending…').waitFor({ state: 'detached' });
    for (const words of ['Shall we say three?', 'Three it is.']) assert.equal(await articles(page).filter({ hasText: words }).count(), 1, words);
    assert.deepEqual(await barriers(page), []);
    assert.deepEqual(problems, []);
  }
});

test('the badge is quiet once the list was seen, and a notification opens its post', async (t) => {
  const { page, problems } = await signedIn(t, member);
  await tab(page, /Notifications/).getByText(/^\d+$/).waitFor();
  await tab(page, /Notifications/).click();
  const first = page.getByRole('link', { name: /commented on your post.*Bean poles wanted.*unread/s }).first();
  await first.waitFor();
  await tab(page, /Notifications/).getByText(/^\d+$/).waitFor({ state: 'detached' });
  assert.deepEqual(await barriers(page), []);
  await first.click();
  await page.getByRole('heading', { name: 'Bean poles wanted', level: 1 }).waitFor();
  await page.goBack();
  await page.getByRole('link', { name: /Bean poles wanted/ }).first().waitFor();
  assert.deepEqual(problems, []);
});

test('a session outlives a reload, which has no access token; a link opens its screen; signing out ends both', async (t) => {
  const { page, problems } = await signedIn(t, member);
  const token = await login(server.url);
  const { data } = await ask(server.url, '{ post(by: { slug: { space: "vegetables", post: "bean-poles-wanted" } }) { id } }', { token });
  const kept = await page.evaluate(() => JSON.parse(sessionStorage.getItem('session')));
  assert.deepEqual(Object.keys(kept).sort(), ['memberId', 'refreshToken'], 'the access token is in memory only');
  const refreshes = [];
  page.on('request', (request) => { if (request.postData()?.includes('refreshAccessToken')) refreshes.push(request); });
  await page.goto(`${app.url}/posts/${encodeURIComponent(data.post.id)}`);
  await page.getByRole('heading', { name: 'Bean poles wanted', level: 1 }).waitFor();
  assert.equal(refreshes.length, 1, 'once for the queries and the socket');
  await page.getByRole('button', { name: /back/i }).or(page.getByRole('link', { name: /back/i })).first().click();
  await articles(page).nth(3).waitFor(); // the feed is above it

  await page.getByRole('button', { name: 'Sign out' }).press('Enter'); // below a feed that grows: a pointer would miss it
  await page.getByLabel('E-mail address').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.getItem('session')), null);
  assert.deepEqual(problems, []);
});

test('an access token whose hour is over is renewed without a word', async (t) => {
  const { page, problems } = await signedIn(t, member);
  // The page's memory cannot be reached: the first answer to a query has what the server says of a token that has ended.
  const late = expired(await login(server.url));
  let isLate = true;
  await page.route('**/graphql', (route) => {
    const headers = route.request().headers();
    if (!isLate || !headers.authorization) return route.continue();
    isLate = false;
    return route.continue({ headers: { ...headers, authorization: `Bearer ${late}` } });
  });
  await articles(page).filter({ hasText: 'Is biochar worth the trouble?' }).getByRole('link').first().click();
  await page.getByRole('heading', { name: 'Is biochar worth the trouble?', level: 1 }).waitFor();
  assert.equal(isLate, false);
  assert.deepEqual(problems, []);
});
