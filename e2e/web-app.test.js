// The example app in a real browser, on the real server: what members do with it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answered, barriers, focused, launch, open, scrollTo, told } from './browser.js';
import { ask, expired, login, member, start } from './server.js';
import { serveApp, signIn } from './web-app.js';

let server;
let app;
let browser;
before(async () => {
  server = await start({ env: { CIRCLEGRAPH_MEMO_BYTES: '0' } }); // what others write is there at once
  app = await serveApp(server.url);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await app?.stop();
  await server?.stop();
});

/** Opens the app for somebody who signs in. The service worker has a test of its own. */
async function signedIn(t, email, { context, ...options } = {}) {
  const opened = await open(browser, app.url, { t, context: { serviceWorkers: 'block', ...context }, ...options });
  await signIn(opened.page, email);
  return opened;
}

const posts = (page) => page.getByRole('main').getByRole('article');
const editor = (place, label) => place.getByRole('textbox', { name: label });
const picture = {
  name: 'leaf.png', mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64'),
};

test('a member reads, likes, comments, says that they come, reads a notification and leaves', async (t) => {
  const { page, problems } = await signedIn(t, member, { width: 390 });
  const like = (place) => place.getByRole('button', { name: /^Like/ }).first();

  await t.test('the feed goes on as one scrolls', async () => {
    await posts(page).nth(9).waitFor();
    for (const more of [19, 29]) await scrollTo(posts(page).nth(more), () => posts(page).last().scrollIntoViewIfNeeded());
    const titles = await page.getByRole('main').getByRole('heading', { level: 2 }).allTextContents();
    assert.equal(new Set(titles).size, titles.length, 'no post comes twice');
  });

  await t.test('a like on the post shows in the feed too, where one left it', async () => {
    const card = posts(page).filter({ hasText: 'Is biochar worth the trouble?' });
    assert.equal(await like(card).getAttribute('aria-label'), 'Like, 7 likes');
    await page.evaluate(() => addEventListener('click', () => { window.place = scrollY; }, { capture: true, once: true }));
    await card.getByRole('link', { name: 'Is biochar worth the trouble?' }).click();
    const post = page.getByRole('article', { name: 'Is biochar worth the trouble?' });
    await page.getByRole('region', { name: 'Comments' }).waitFor();
    await like(post).click();
    await post.getByRole('button', { name: 'Like, 8 likes', pressed: true }).waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await card.getByRole('button', { name: 'Like, 8 likes', pressed: true }).waitFor();
    await page.waitForFunction(() => Math.abs(scrollY - window.place) < 5);
  });

  await t.test('a comment and a reply appear in their places', async () => {
    await posts(page).filter({ hasText: 'Is biochar worth the trouble?' }).getByRole('link', { name: 'comments' }).click();
    const comments = page.getByRole('region', { name: 'Comments' });
    await editor(comments, 'Write a comment').click();
    await page.keyboard.type('Two handfuls to a bucket.');
    await comments.getByRole('button', { name: 'Send' }).click();
    const mine = comments.getByRole('article').filter({ hasText: 'Two handfuls to a bucket.' });
    await mine.waitFor();
    await told(page, 'Comment posted');
    await mine.getByRole('button', { name: 'Reply' }).click();
    await focused(editor(mine, 'Write a reply'));
    await page.keyboard.type('Or three.');
    await page.keyboard.press('Control+Enter');
    await mine.getByRole('article').filter({ hasText: 'Or three.' }).waitFor();
    assert.equal(await comments.getByRole('article').filter({ hasText: 'Or three.' }).count(), 2, 'the reply, and the comment that it is within');
  });

  await t.test('the member comes to an event, and then does not; what is over offers nothing', async () => {
    await page.getByRole('link', { name: 'Spaces', exact: true }).click();
    await page.getByRole('link', { name: 'What is coming up' }).click();
    const event = posts(page).filter({ hasText: 'Annual general meeting' });
    await event.getByText('13 going').waitFor();
    await event.getByRole('button', { name: 'RSVP' }).click();
    await event.getByText('14 going').waitFor();
    await event.getByRole('button', { name: 'Going', pressed: true }).click();
    await event.getByText('13 going').waitFor();
    assert.ok(await posts(page).filter({ hasText: 'Sharpening morning' }).getByRole('button', { name: 'Full' }).isDisabled());
    await page.getByRole('button', { name: 'Past' }).click();
    await posts(page).filter({ hasText: 'Apple pressing' }).getByText('13 went').waitFor();
    assert.equal(await page.getByRole('button', { name: 'RSVP' }).count(), 0);
  });

  await t.test('the bell is quiet once the list was seen; a notification leads to the very comment', async () => {
    const badge = page.getByRole('link', { name: 'Notifications' }).locator('.badge');
    await badge.waitFor();
    await page.getByRole('link', { name: 'Notifications' }).click();
    const first = page.getByRole('link', { name: /commented on your post.*Bean poles wanted.*unread/s }).first();
    await first.waitFor();
    await badge.waitFor({ state: 'detached' });
    await first.click();
    await page.getByRole('heading', { name: 'Bean poles wanted' }).waitFor();
    await page.waitForFunction(() => document.activeElement.matches('.comment'));
    assert.ok(page.url().endsWith(`#${await page.evaluate(() => document.activeElement.id)}`));
    await page.getByRole('link', { name: 'Notifications' }).click();
    await page.getByRole('button', { name: 'Mark all as read' }).click();
    await page.getByRole('link', { name: /unread/ }).first().waitFor({ state: 'detached' });
  });

  await t.test('a mention leads to the member, and the profile is the viewer’s own', async () => {
    await page.goto(`${app.url}/c/vegetables/everything-we-know-about-tomatoes`);
    await page.getByRole('link', { name: '@Arthur Pennington' }).click();
    await page.getByRole('heading', { name: 'Arthur Pennington', level: 2 }).waitFor();
    await posts(page).first().waitFor();
    await page.getByRole('link', { name: 'Profile' }).click();
    await page.getByRole('heading', { name: 'Maya Fielding', level: 2 }).waitFor();
    await posts(page).first().waitFor();
  });

  await t.test('signing out ends the token and forgets what was seen', async () => {
    const { accessToken } = await page.evaluate(() => JSON.parse(sessionStorage.getItem('tokens')));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail address').waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.getItem('tokens')), null);
    const answer = await ask(server.url, '{ viewer { email } }', { token: accessToken });
    assert.equal(answer.errors[0].extensions.reason, 'TOKEN_REVOKED');
    assert.deepEqual(await barriers(page), []);
  });

  assert.deepEqual(problems, []);
});

test('two members write to each other, and each sees it as it happens, once', async (t) => {
  const maya = await signedIn(t, member, { width: 390 });
  const jose = await signedIn(t, 'jose@example.com');
  const messages = (page) => page.getByRole('list', { name: 'Messages' }).getByRole('article');
  const say = async (page, words) => {
    await editor(page, 'Write a message').click();
    await page.keyboard.type(words);
    await page.getByRole('button', { name: 'Send' }).click();
  };

  await maya.page.getByRole('link', { name: 'Messages' }).click();
  await maya.page.getByRole('link', { name: /José Álvarez/ }).click();
  await jose.page.goto(`${app.url}/members/8800004`);
  await jose.page.getByRole('button', { name: 'Message' }).click();
  for (const { page } of [maya, jose]) await editor(page, 'Write a message').waitFor();

  await say(maya.page, 'Shall we say three?');
  await messages(jose.page).filter({ hasText: 'Shall we say three?' }).waitFor();
  await say(jose.page, 'Three it is.');
  await messages(maya.page).filter({ hasText: 'Three it is.' }).waitFor();
  await say(jose.page, 'I bring cake.');
  await messages(maya.page).filter({ hasText: 'I bring cake.' }).waitFor();
  for (const { page } of [maya, jose]) {
    await page.getByRole('article', { name: 'on its way' }).first().waitFor({ state: 'detached' });
    for (const words of ['Shall we say three?', 'Three it is.', 'I bring cake.']) assert.equal(await messages(page).filter({ hasText: words }).count(), 1, words);
  }

  await t.test('an emoji, a reply in a thread, and a changed text', async () => {
    const cake = messages(maya.page).filter({ hasText: 'I bring cake.' });
    await cake.getByRole('button', { name: 'More about' }).click();
    await maya.page.getByRole('button', { name: 'Party' }).click();
    await cake.getByRole('button', { name: 'Party, 1', pressed: true }).waitFor();
    await cake.getByRole('button', { name: 'More about' }).click();
    await maya.page.getByRole('link', { name: 'Reply in a thread' }).click();
    await editor(maya.page, 'Reply').click();
    await maya.page.keyboard.type('Plum cake?');
    await maya.page.getByRole('button', { name: 'Send' }).click();
    await maya.page.getByRole('list', { name: 'Replies' }).getByText('Plum cake?').waitFor();
    await maya.page.getByRole('article', { name: 'on its way' }).waitFor({ state: 'detached' });
    assert.equal(await maya.page.getByText('Plum cake?').count(), 1);
    await messages(jose.page).filter({ hasText: 'I bring cake.' }).getByRole('link', { name: '1 reply' }).waitFor();

    const three = messages(jose.page).filter({ hasText: 'Three it is.' });
    await three.getByRole('button', { name: 'More about' }).click();
    await jose.page.getByRole('button', { name: 'Edit' }).click();
    await editor(jose.page, 'Change your message').click();
    await jose.page.keyboard.press('Control+A');
    await jose.page.keyboard.type('Half past, rather.');
    await jose.page.getByRole('button', { name: 'Save' }).click();
    await messages(jose.page).filter({ hasText: 'Half past, rather.' }).waitFor();
    await maya.page.getByRole('button', { name: 'Back' }).click();
    await messages(maya.page).filter({ hasText: 'Half past, rather.' }).waitFor();
  });

  await t.test('the room goes on upwards as one scrolls, and the inbox shows what is new', async () => {
    await maya.page.getByRole('link', { name: 'Messages' }).click();
    const row = maya.page.getByRole('link', { name: /José Álvarez/ });
    await row.waitFor();
    await say(jose.page, 'And bring a fork.');
    await row.filter({ hasText: 'And bring a fork.' }).filter({ hasText: '1 new' }).waitFor();
    await row.click();
    await messages(maya.page).filter({ hasText: 'And bring a fork.' }).waitFor();
    await maya.page.goto(`${app.url}/c/tea-hut`);
    await messages(maya.page).nth(29).waitFor();
    await scrollTo(messages(maya.page).nth(45), () => messages(maya.page).first().scrollIntoViewIfNeeded());
    const ids = await messages(maya.page).evaluateAll((all) => all.map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length, 'no message comes twice');
  });
  assert.deepEqual([...maya.problems, ...jose.problems], []);
});

test('without a network the screens stay, what is written waits, and all of it arrives once', async (t) => {
  const { page, problems } = await signedIn(t, 'zoe@example.com', { width: 390, scheme: 'dark' });
  await posts(page).nth(9).waitFor();
  await page.goto(`${app.url}/c/seed-swap`);
  await posts(page).first().getByRole('link', { name: 'comments' }).click();
  await editor(page, 'Write a comment').waitFor();
  await page.getByRole('link', { name: 'Home' }).click();
  await posts(page).nth(9).waitFor();

  await page.context().setOffline(true);
  await page.getByText('You are offline. What you see may be old.').waitFor();
  await page.getByRole('button', { name: 'Look for new posts' }).click();
  await posts(page).nth(9).waitFor();
  const like = posts(page).first().getByRole('button', { name: /^Like/ });
  const likes = Number(/\d+/.exec(await like.getAttribute('aria-label'))[0]);
  const wasLiked = await like.getAttribute('aria-pressed') === 'true';
  await like.click();
  await posts(page).first().getByRole('button', { name: `Like, ${likes + (wasLiked ? -1 : 1)} likes` }).waitFor();

  await page.goBack();
  await editor(page, 'Write a comment').click();
  await page.keyboard.type('Written under a bridge.');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('Goes out when you are back online').waitFor();
  await page.getByText('1 to send when you are back.').waitFor();
  assert.deepEqual(await barriers(page), []);

  await page.context().setOffline(false);
  const comments = page.getByRole('region', { name: 'Comments' });
  await comments.getByRole('article').filter({ hasText: 'Written under a bridge.' }).waitFor();
  await page.getByText('You are offline').waitFor({ state: 'detached' });
  assert.equal(await comments.getByText('Written under a bridge.').count(), 1);

  await t.test('a screen that could not be read mends itself', async () => {
    await page.getByRole('link', { name: 'Notifications' }).click();
    await page.getByRole('link', { name: 'Notifications' }).first().waitFor();
    await page.getByRole('link', { name: 'Spaces', exact: true }).click();
    await page.getByRole('link', { name: 'Workshops' }).click();
    await posts(page).first().waitFor();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Past' }).click();
    await page.getByRole('heading', { name: 'You are offline' }).waitFor();
    await page.context().setOffline(false);
    await posts(page).first().waitFor();
  });
  const wanted = /ERR_INTERNET_DISCONNECTED|WebSocket/; // which the browser itself writes
  assert.deepEqual(problems.filter((problem) => !wanted.test(problem)), []);
});

test('a post with a mention and a picture is written; a draft outlives the tab; a failed upload goes again', async (t) => {
  const { page, problems } = await signedIn(t, member);
  await page.goto(`${app.url}/spaces/seed-swap/write`);
  await page.getByLabel('Topic').selectOption('Offered');
  await page.getByLabel('Title').fill('Swap: leeks for anything');
  await editor(page, 'Your words').click();
  await page.keyboard.type('Ask @Tom Br');
  await page.getByRole('option', { name: 'Tom Brackley' }).click();
  await page.keyboard.type('about the tray.');
  await page.reload();
  await editor(page, 'Your words').filter({ hasText: '@Tom Brackley about the tray.' }).waitFor();
  assert.equal(await page.getByLabel('Title').inputValue(), 'Swap: leeks for anything');

  let isBroken = true;
  await page.route(/rails\/active_storage\/disk/, (route) => (isBroken && route.request().method() === 'PUT' ? route.abort() : route.continue()));
  await page.locator('input[type=file]').setInputFiles(picture);
  await page.getByRole('button', { name: /Try again/ }).waitFor();
  isBroken = false;
  await page.getByRole('button', { name: /Try again/ }).click();
  await page.getByRole('button', { name: /Try again/ }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Post', exact: true }).click();
  const post = posts(page).filter({ hasText: 'Swap: leeks for anything' });
  await post.getByRole('link', { name: 'Swap: leeks for anything' }).click();
  await page.getByRole('link', { name: '@Tom Brackley' }).waitFor();
  await page.getByRole('img', { name: 'leaf.png' }).or(page.locator('.rich-text img')).first().waitFor();
  await page.goto(`${app.url}/spaces/seed-swap/write`);
  await editor(page, 'Your words').waitFor();
  assert.equal(await page.getByLabel('Title').inputValue(), '', 'what was sent is no draft');

  await t.test('pictures in a space of pictures, each of which opens large', async () => {
    await page.goto(`${app.url}/spaces/harvest-photos/write`);
    await page.locator('input[type=file]').setInputFiles([picture, { ...picture, name: 'two.png' }, { ...picture, name: 'three.png' }, { ...picture, name: 'four.png' }]);
    await editor(page, 'What do they show').click();
    await page.keyboard.type('Four leaves');
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.getByRole('link', { name: /Four leaves/ }).click();
    await page.getByRole('button', { name: /picture 3 of 4/ }).filter({ hasText: '+1' }).click();
    const box = page.getByRole('dialog');
    await box.getByRole('button', { name: 'Next picture' }).click();
    await box.getByText('4 of 4').waitFor();
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
  });
  assert.deepEqual(problems.filter((problem) => !problem.includes('ERR_FAILED')), []);
});

test('spaces, courses, search, bookmarks, preferences, reports and the own profile', async (t) => {
  const { page, problems } = await signedIn(t, member);
  const main = page.getByRole('main');

  await t.test('a space is joined and left; a private one is explained', async () => {
    await page.getByRole('link', { name: /Fruit/ }).click();
    await main.getByRole('button', { name: 'Join' }).click();
    await main.getByRole('link', { name: 'Write a post' }).waitFor();
    await main.getByRole('button', { name: 'More about Fruit' }).click();
    await page.getByRole('button', { name: 'Leave this space' }).click();
    await main.getByRole('button', { name: 'Join' }).waitFor();
    await page.getByRole('link', { name: /Beekeepers/ }).click();
    await page.getByRole('heading', { name: 'Beekeepers is private' }).waitFor();
  });

  await t.test('lessons are done, by hand and by a film seen to its end, and the course knows', async () => {
    await page.getByRole('link', { name: /Your first year/ }).click();
    for (const done of [8, 9, 10]) {
      await main.getByText(`${done} of 20 lessons done`).waitFor();
      await main.getByRole('link', { name: /Go on/ }).click();
      if (done < 10) await main.getByRole('button', { name: 'Mark as done' }).click();
      else await main.locator('video').evaluate((film) => { film.playbackRate = 8; return film.play(); });
      await main.getByRole('button', { name: 'Done', pressed: true }).waitFor();
      await page.getByRole('button', { name: 'Back' }).click();
    }
    await main.getByText('11 of 20 lessons done').waitFor();
  });

  await t.test('search suggests, and then finds', async () => {
    await page.getByRole('link', { name: 'Search' }).click();
    await main.getByRole('searchbox').fill('tom');
    await main.getByRole('list', { name: 'Suggestions' }).getByRole('link', { name: /^Tom Brackley/ }).waitFor();
    await main.getByRole('searchbox').fill('tomatoes');
    await page.keyboard.press('Enter');
    await main.getByRole('list', { name: 'Results' }).getByRole('link', { name: /Everything we know about tomatoes/ }).first().click();
    await page.getByRole('heading', { name: 'Everything we know about tomatoes' }).waitFor();
  });

  await t.test('a post is put aside and taken back; a comment is reported', async () => {
    await page.goto(`${app.url}/c/vegetables/bean-poles-wanted`);
    await main.getByRole('button', { name: 'More about Bean poles wanted' }).click();
    await page.getByRole('button', { name: 'Bookmark', exact: true }).click();
    await told(page, 'Bookmarked');
    await main.getByRole('article').getByRole('button', { name: 'More about this comment' }).first().click();
    await page.getByRole('button', { name: 'Report' }).click();
    await page.getByRole('radio', { name: 'It is advertising' }).check();
    assert.deepEqual(await barriers(page), []);
    await page.getByRole('dialog').getByRole('button', { name: 'Report' }).click();
    await told(page, 'Thank you. The admins were told.');
    await page.goto(`${app.url}/me/bookmarks`);
    const row = main.getByRole('listitem').filter({ hasText: 'Bean poles wanted' });
    await row.getByRole('button', { name: 'Remove bookmark' }).click();
    await row.waitFor({ state: 'detached' });
  });

  await t.test('preferences and the profile are changed', async () => {
    await page.goto(`${app.url}/me/preferences`);
    await answered(page, () => main.getByRole('checkbox', { name: 'Mentions' }).uncheck());
    await page.reload();
    await main.getByRole('checkbox', { name: 'Mentions', checked: false }).waitFor();
    await answered(page, () => main.getByLabel('Vegetables').selectOption('ALL'));
    await page.goto(`${app.url}/me/edit`);
    await main.getByLabel('In a line').fill('Second-year plot holder');
    await page.locator('input[type=file]').setInputFiles(picture);
    await main.getByRole('button', { name: 'Save' }).click();
    await main.getByText('Second-year plot holder').waitFor();
    await main.locator('.profile .avatar img').waitFor();
  });
  assert.deepEqual(problems, []);
});

test('an admin decides on a quiz and shows a member their attempt, who tries again and passes', async (t) => {
  const ruth = await signedIn(t, 'admin@example.com');
  await ruth.page.goto(`${app.url}/c/first-year`);
  await ruth.page.getByRole('button', { name: 'More about Your first year' }).click();
  await ruth.page.getByRole('link', { name: 'Quizzes' }).click();
  const rows = ruth.page.getByRole('list', { name: 'Attempts' }).getByRole('listitem');
  const open = rows.filter({ has: ruth.page.getByRole('button', { name: 'Not passed' }) }).first();
  await open.waitFor();
  const waiting = await rows.filter({ hasText: 'Waiting for an admin' }).count();
  assert.ok(waiting > 0);
  await open.getByRole('button', { name: 'Passed', exact: true }).click();
  await ruth.page.waitForFunction((count) => document.querySelectorAll('[data-result=PENDING]').length === count, waiting - 1);
  assert.deepEqual(await barriers(ruth.page), []);
  await rows.filter({ hasText: 'Maya Fielding' }).getByRole('link').click();
  await ruth.page.getByRole('heading', { name: 'Three questions about soil.' }).waitFor();

  const maya = await signedIn(t, member, { width: 390 });
  await maya.page.goto(ruth.page.url());
  await maya.page.getByText('Not passed').waitFor();
  const question = (name) => maya.page.getByRole('group', { name });
  await maya.page.getByRole('button', { name: 'Try again' }).click();
  await question(/bottom of the jar/).getByLabel('Sand').check();
  for (const right of ['Coffee grounds', 'Cardboard']) await question(/go on the heap/).getByLabel(right).check();
  await question(/rotavator/).getByLabel('It plants it').check();
  assert.deepEqual(await barriers(maya.page), []);
  await maya.page.getByRole('button', { name: 'Hand in' }).click();
  await maya.page.getByText('3 of 3 right (100 %)').waitFor();
  await maya.page.goto(`${app.url}/c/first-year/quizzes/52001`); // as the lesson links to it: this device knows the attempt now
  await maya.page.getByText('3 of 3 right (100 %)').waitFor();

  await ruth.page.goto(`${app.url}/spaces/first-year/quizzes`);
  await rows.filter({ hasText: 'Maya Fielding' }).filter({ hasText: '100 %' }).waitFor();
  const jose = await signedIn(t, 'jose@example.com', { width: 390 });
  await jose.page.goto(`${app.url}/c/first-year/quizzes/52001`);
  await jose.page.getByRole('link', { name: 'Take the quiz there' }).waitFor();
  assert.deepEqual([...ruth.problems, ...maya.problems, ...jose.problems], []);
});

test('a poll shows its answers, and an event that is over its recording', async (t) => {
  const { page, problems } = await signedIn(t, member);
  await page.goto(`${app.url}/c/vegetables/everything-we-know-about-tomatoes`);
  const poll = page.getByRole('region', { name: 'If you could grow only one?' });
  await poll.getByRole('listitem').filter({ hasText: 'Black Krim' }).filter({ hasText: '9' }).waitFor();
  await poll.getByText('29 votes. Voting is on the community’s own pages.').waitFor();
  await page.goto(`${app.url}/c/workshops/soil-under-the-microscope`);
  await page.getByText('Live stream in the community').waitFor();
  assert.match(await page.getByRole('link', { name: 'Watch the recording' }).getAttribute('href'), /^https:\/\/video\.example\.com\//);
  assert.deepEqual(problems, []);
});

test('an expired token is renewed without a word, once for all tabs, also for the subscription', async (t) => {
  const { page, problems } = await signedIn(t, 'jose@example.com');
  const tokens = (of) => of.evaluate(() => JSON.parse(sessionStorage.getItem('tokens')));
  const second = await page.context().newPage();
  await second.goto(app.url);
  await posts(second).first().waitFor(); // without signing in again
  const late = expired((await tokens(page)).accessToken);
  const refreshes = [];
  for (const tab of [page, second]) {
    await tab.evaluate((accessToken) => {
      const kept = JSON.parse(sessionStorage.getItem('tokens'));
      sessionStorage.setItem('tokens', JSON.stringify({ ...kept, accessToken }));
    }, late);
    tab.on('request', (request) => { if (request.postData()?.includes('refreshAccessToken')) refreshes.push(request); });
  }
  await Promise.all([page.reload(), second.reload()]);
  await posts(page).first().waitFor();
  await posts(second).first().waitFor();
  const badge = page.getByRole('link', { name: 'Notifications' }).locator('.badge');
  await badge.waitFor();
  let accessToken;
  do ({ accessToken } = await tokens(page)); // the tabs tell each other
  while (accessToken === late || (await tokens(second)).accessToken !== accessToken);

  await ask(server.url, 'mutation { resetNewNotificationsCount { userErrors { message } } }', { token: accessToken });
  await badge.waitFor({ state: 'detached' }); // which only the subscription shows within a minute
  assert.ok(refreshes.length <= 2, `${refreshes.length} refreshes: want one for the queries of all tabs, and one for a socket that comes late`);
  await page.getByRole('link', { name: 'Profile' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await second.getByLabel('E-mail address').waitFor(); // there too
  assert.deepEqual(problems, []);
});

test('a member without a home feed, a page that is not there and a wrong address are told so', async (t) => {
  const { page, problems } = await signedIn(t, 'newcomer@example.com');
  await page.getByRole('heading', { name: 'Not in this community' }).waitFor();
  await page.goto(`${app.url}/c/vegetables/no-such-post`);
  await page.getByRole('heading', { name: 'This is not here' }).waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Back' }).click(); // who came by a link goes to what is above it
  await page.getByRole('heading', { name: 'Vegetables', level: 1 }).waitFor();
  await page.goto(`${app.url}/me`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('E-mail address').fill('nobody@example.com');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
  assert.deepEqual(problems, []);
});

test('new posts are offered and do not push what one reads', async (t) => {
  const { page } = await signedIn(t, member, { width: 390 });
  await posts(page).first().waitFor();
  const [first] = await posts(page).getByRole('heading', { level: 2 }).allTextContents();
  const token = await login(server.url, 'jose@example.com');
  const { data } = await ask(server.url, '{ space(by: { slug: "vegetables" }) { id } }', { token });
  const query = 'mutation ($space: ID!) { createPost(input: { spaceId: $space, title: "Fresh from the plot", body: { text: "Radishes." } }) { userErrors { message } } }';
  await ask(server.url, query, { variables: { space: data.space.id }, token });
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange'))); // as if the tab came to the front
  const offer = page.getByRole('button', { name: '1 new post' });
  await offer.waitFor();
  assert.equal((await posts(page).getByRole('heading', { level: 2 }).allTextContents())[0], first);
  await offer.click();
  await posts(page).first().filter({ hasText: 'Fresh from the plot' }).waitFor();
});

test('a screen that takes its time is still where it was left', async (t) => {
  const { page, problems } = await signedIn(t, member, { width: 390 });
  await posts(page).nth(9).waitFor();
  await page.evaluate(() => scrollTo(0, 900));
  await page.waitForFunction(() => scrollY === 900);
  await page.clock.install();
  let answer;
  const late = new Promise((resolve) => { answer = resolve; });
  await page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('homeFeed')) await late;
    await route.continue();
  });
  const asked = page.waitForRequest((request) => request.postData()?.includes('homeFeed'));
  await page.reload();
  await asked;
  await page.clock.fastForward(10_000);
  answer();
  await page.waitForFunction(() => scrollY === 900);
  assert.deepEqual(problems, []);
});

test('pulling the screen down reads it anew, if it is pulled far enough and let go', async (t) => {
  const { page, problems } = await signedIn(t, member, { width: 390 });
  await posts(page).nth(9).waitFor();
  let questions = 0;
  page.on('request', (request) => { if (request.postData()?.includes('homeFeed')) questions++; });
  const touch = await page.context().newCDPSession(page);
  const pull = async (far, end) => {
    const at = (y) => ({ touchPoints: [{ x: 200, y }] });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', ...at(200) });
    for (let y = 10; y <= far; y += 10) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', ...at(200 + y) });
    await touch.send('Input.dispatchTouchEvent', { type: end, touchPoints: [] });
  };
  const busy = page.locator('.pull');
  for (const [far, end] of [[60, 'touchEnd'], [200, 'touchCancel']]) {
    await pull(far, end);
    await busy.waitFor({ state: 'detached' });
    assert.equal(questions, 0, `${far} pixels, then ${end}`);
  }
  await pull(200, 'touchEnd');
  await told(page, 'Looking for what is new');
  await busy.waitFor({ state: 'detached' });
  assert.equal(questions, 1);
  assert.deepEqual(problems, []);
});

test('the keyboard is enough, and shows where it is', async (t) => {
  const { page, problems } = await open(browser, app.url, { t, context: { serviceWorkers: 'block' } });
  /** Presses Tab until something has the focus; everything on the way must show that it has it. */
  const go = async (to, key = 'Tab') => {
    await to.waitFor();
    for (let presses = 0; presses < 150; presses++) {
      if (await to.evaluate((element) => element === document.activeElement || element.contains(document.activeElement))) return;
      await page.keyboard.press(key);
      const unseen = await page.evaluate(() => {
        const focused = document.activeElement;
        if (focused === document.body) return ''; // on to the browser's own bar
        const marked = (element) => element && (getComputedStyle(element).outlineStyle !== 'none' || marked(element.parentElement));
        return marked(focused) ? '' : focused.outerHTML;
      });
      assert.equal(unseen, '');
    }
    assert.fail(`Tab does not lead to ${to}`);
  };
  const main = page.getByRole('main');
  await page.getByLabel('E-mail address').waitFor();
  await go(page.getByLabel('E-mail address'));
  await page.keyboard.type(member);
  await page.keyboard.press('Enter');
  await posts(page).first().waitFor();

  const title = main.getByRole('link', { name: 'Is biochar worth the trouble?' });
  await go(title);
  await page.keyboard.press('Enter');
  const comments = page.getByRole('region', { name: 'Comments' });
  await comments.waitFor();
  const like = main.getByRole('article', { name: 'Is biochar worth the trouble?' }).getByRole('button', { name: /^Like/ }).first();
  await go(like);
  const before = await like.getAttribute('aria-pressed');
  await page.keyboard.press('Space');
  await page.waitForFunction(([element, was]) => element.getAttribute('aria-pressed') !== was, [await like.elementHandle(), before]);

  await go(editor(comments, 'Write a comment'));
  await page.keyboard.type('Typed, not clicked.');
  await go(comments.getByRole('button', { name: 'Send' })); // out of the editor again
  await page.keyboard.press('Enter');
  const mine = comments.getByRole('article').filter({ hasText: 'Typed, not clicked.' });
  await mine.waitFor();
  await go(mine.getByRole('button', { name: 'More about this comment' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Delete' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Delete' }).waitFor({ state: 'hidden' });
  await focused(mine.getByRole('button', { name: 'More about this comment' })); // it is back

  await go(page.getByRole('button', { name: 'Back' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await title.waitFor();
  await go(page.getByRole('navigation').getByRole('link', { name: /^Vegetables/ }).first(), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await go(main.getByRole('link', { name: /Write/ }).first());
  await page.keyboard.press('Enter');
  await page.locator('.composer .title').waitFor();
  await go(page.locator('.composer .title'));
  assert.deepEqual(problems, []);
});

test('the app is installed, starts without a network, and shows quickly and steadily', async (t) => {
  const { page } = await signedIn(t, member, { width: 390, context: { serviceWorkers: 'allow' } });
  await posts(page).nth(9).waitFor();
  const manifest = await (await fetch(new URL(await page.locator('link[rel=manifest]').getAttribute('href'), app.url))).json();
  assert.equal(manifest.display, 'standalone');
  for (const { src } of manifest.icons) assert.equal((await fetch(app.url + src)).status, 200, src);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(async () => (await caches.keys()).length > 0);

  const steady = await page.evaluate(() => new Promise((resolve) => {
    const sums = { shift: 0, largest: 0 };
    new PerformanceObserver((list) => { for (const { value } of list.getEntries()) sums.shift += value; }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => { sums.largest = list.getEntries().at(-1).startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
    setTimeout(resolve, 300, sums);
  }));
  t.diagnostic(`largest contentful paint after ${Math.round(steady.largest)} ms, layout shift ${steady.shift.toFixed(3)}`);
  assert.ok(steady.shift < 0.1, `the layout shifts by ${steady.shift}`);

  await page.context().setOffline(true);
  await page.reload();
  await page.getByText('You are offline. What you see may be old.').waitFor();
  await posts(page).nth(9).waitFor();
  await page.context().setOffline(false);
  await page.getByText('You are offline').waitFor({ state: 'detached' });
});
