// The playground in a real browser: GraphiQL, the way to sign in, and the tabs to begin with.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { barriers, launch, open, widths } from './browser.js';
import { ask, start } from './server.js';

const root = fileURLToPath(new URL('..', import.meta.url));

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});
after(() => Promise.all([server?.stop(), browser?.close()]));

const playground = ({ url }) => url.replace('/graphql', '/playground/');

/** The playground, once its editor is there. */
async function visit(t, { at = server, ...options } = {}) {
  const opened = await open(browser, playground(at), { t, ...options });
  await opened.page.locator('.graphiql-query-editor .view-line').first().waitFor({ state: 'attached' });
  return opened;
}

/** Signs in as a member of the sandbox, from the first tab, which is done then: the next one runs by itself. */
async function choose(page, name) {
  await page.getByRole('button', { name: new RegExp(`^(.. )?${name}`) }).click();
  await atHome(page);
  await answered(page, '"data"');
}

const atHome = (page) => page.getByRole('tab', { name: 'Home', selected: true }).waitFor();

/** Runs what the open tab holds, once nothing runs, and waits until the answer says something. */
async function run(page, text) {
  await page.getByRole('button', { name: /^Execute/ }).click();
  await answered(page, text);
}

const answered = (page, text) => page.locator('.graphiql-response').getByText(text).first().waitFor();
const tab = (page, name) => page.getByRole('tab', { name }).click();

/** The editor of queries, empty and ready to be typed in. */
async function write(page) {
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
}

test('one click signs in, and every tab runs', async (t) => {
  const { page, problems } = await visit(t);
  await page.getByText('Nobody is signed in').waitFor();
  await choose(page, 'Maya Fielding');
  await page.getByText('You are Maya Fielding').waitFor();
  await answered(page, '"Maya Fielding"'); // Home runs by itself, and is there to be changed
  assert.ok(await page.evaluate(() => Boolean(document.activeElement.closest('.graphiql-query-editor'))));
  assert.doesNotMatch(await page.locator('body').innerText(), /eyJ/);
  for (const [name, text] of [['Home', '"Maya Fielding"'], ['PostWithComments', '"viewerCanComment"'], ['Events', '"startsAt"'], ['Notifications', '"notificationCounts"'], ['SignIn', '"accessToken"']]) {
    await tab(page, name);
    await run(page, text);
  }
  assert.deepEqual(problems, []);
});

test('a tab that was just opened runs what it holds', async (t) => {
  const { page } = await visit(t);
  await choose(page, 'Maya Fielding');
  await page.getByRole('button', { name: /^Execute/ }).waitFor();
  await page.evaluate(() => { // faster than GraphiQL reads
    const tabs = [...document.querySelectorAll('[role=tab]')];
    tabs.find((tab) => tab.textContent.startsWith('Events')).querySelector('button').click();
    document.querySelector('.graphiql-execute-button').click();
  });
  await answered(page, '"startsAt"');
});

test('subscriptions tell what changes', async (t) => {
  const { page, problems } = await visit(t);
  const sent = page.waitForRequest((request) => request.headers().authorization?.startsWith('Bearer '));
  await choose(page, 'Gareth Llewellyn');
  await tab(page, 'Home');
  await run(page, '"Gareth Llewellyn"');
  const token = (await sent).headers().authorization.slice('Bearer '.length);
  await tab(page, 'Live');
  await run(page, '"notificationCountsChanged"');
  const { data } = await ask(server.url, 'mutation { markAllNotificationsAsRead { userErrors { message } } }', { token });
  assert.deepEqual(data.markAllNotificationsAsRead.userErrors, []);
  await page.waitForFunction(() => /"notifications": 0,/.test(document.querySelector('.graphiql-response .view-lines').textContent.replaceAll('\u00a0', ' ')));
  assert.deepEqual(problems, []);
});

test('what others write arrives', async (t) => {
  const { page, problems } = await visit(t);
  const sent = page.waitForRequest((request) => request.headers().authorization?.startsWith('Bearer '));
  await choose(page, 'Maya Fielding');
  const { data: { viewer } } = await ask(server.url, '{ viewer { member { id } } }', { token: (await sent).headers().authorization.slice('Bearer '.length) });
  await tab(page, 'Chat');
  await page.getByRole('button', { name: /^Execute/ }).click();
  await page.getByRole('button', { name: /^Stop/ }).waitFor();
  const { data: { login } } = await ask(server.url, 'mutation { login(input: { email: "admin@example.com" }) { accessToken } }');
  const as = (query, variables) => ask(server.url, query, { token: login.accessToken, variables });
  const made = await as('mutation ($id: ID!) { createChatRoom(input: { memberIds: [$id] }) { chatRoom { id } } }', { id: viewer.member.id });
  const room = made.data.createChatRoom.chatRoom.id;
  const arrival = answered(page, '"hello from next door"').then(() => true);
  do await as('mutation ($room: ID!) { sendChatMessage(input: { chatRoomId: $room, body: { text: "hello from next door" } }) { userErrors { message } } }', { room });
  while (!(await Promise.race([arrival, page.waitForTimeout(500)]))); // until the server listens for the page
  assert.deepEqual(problems, []);
});

test('the editor completes fields, and the schema can be read and clicked together', async (t) => {
  const { page, problems } = await visit(t);
  await write(page);
  await page.keyboard.type('{ homeF', { delay: 20 });
  const suggestions = page.locator('.suggest-widget');
  const field = suggestions.getByText('homeFeed', { exact: true }).first();
  for (;;) { // there are none before the schema is known
    await page.keyboard.press('Control+Space');
    await field.or(suggestions.getByText('No suggestions')).first().waitFor();
    if (await field.isVisible()) break;
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Query', exact: true }).click();
  await page.locator('.graphiql-doc-explorer').getByText('One post. One request to Circle.').waitFor();

  await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
  await page.locator('.docExplorerWrap, .graphiql-explorer-root').getByText('homeFeed').first().waitFor();
  assert.deepEqual(problems, []);
});

test('the keyboard is enough', async (t) => {
  const { page, problems } = await visit(t);
  await page.getByRole('searchbox', { name: 'Find a member' }).focus();
  await page.keyboard.type('ruth');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('You are Ruth Okafor').waitFor();
  await atHome(page);
  await answered(page, '"Ruth Okafor"');
  await page.getByRole('button', { name: /^Execute/ }).waitFor(); // to run while it still runs by itself would stop it
  const again = page.waitForResponse((response) => response.request().postData()?.includes('query Home'));
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('Control+Enter');
  assert.equal((await again).status(), 200);
  assert.deepEqual(problems, []);
});

test('a member is remembered, a token never', async (t) => {
  const { page, problems } = await visit(t);
  await choose(page, 'Maya Fielding');
  await page.getByText('You are Maya Fielding').waitFor();
  await run(page, '"Maya Fielding"');
  await page.reload();
  await page.getByText('You are Maya Fielding').waitFor();
  await page.getByRole('button', { name: 'Show History' }).click();
  await page.getByRole('button', { name: 'Home', exact: true }).click();
  await run(page, '"Maya Fielding"'); // with a token that the history does not know
  await page.getByRole('button', { name: 'Show Sign in' }).click();
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  assert.match(kept, /member@example\.com/);
  assert.doesNotMatch(kept, /eyJ/);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('Nobody is signed in').waitFor();
  await tab(page, 'Home');
  await run(page, 'UNAUTHENTICATED');
  await page.reload();
  await page.getByText('Nobody is signed in').waitFor();
  assert.deepEqual(problems, []);
});

test('the end of the token says what to do', async (t) => {
  const { page } = await visit(t);
  await page.clock.install();
  await choose(page, 'Maya Fielding');
  await page.getByText('You are Maya Fielding').waitFor();
  await page.clock.fastForward('01:01:00');
  await page.getByText('The token of Maya Fielding ended').waitFor();
  await page.getByRole('button', { name: 'Sign in again' }).waitFor();
});

/** What is in people's way, without what is GraphiQL's to mend: buttons in tabs, and the colours of its editor. */
async function ours(page) {
  const found = await barriers(page, { exclude: ['.monaco-editor'] });
  return found.filter((line) => !/^nested-interactive: .* (\.graphiql-tab|li:)/.test(line));
}

for (const scheme of ['light', 'dark']) {
  for (const width of widths) {
    test(`it fits ${width} pixels and is accessible, ${scheme}`, async (t) => {
      const { page, problems } = await visit(t, { width, scheme });
      const background = await page.evaluate(() => getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor);
      const [lightness] = background.match(/\d+/g).map(Number);
      assert.equal(lightness > 128 ? 'light' : 'dark', scheme, background);
      const atFirst = await ours(page);
      await choose(page, 'Maya Fielding');
      assert.equal(await page.locator('.sign-in').count(), width < 600 ? 0 : 1);
      await run(page, '"data"');
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual([...atFirst, ...await ours(page)], []);
      assert.deepEqual(problems, []);
    });
  }
}

test('a real community brings its own tokens', async (t) => {
  const env = {
    CIRCLE_URL: 'http://127.0.0.1:1', CIRCLE_HEADLESS_TOKEN: 'headless-token-0123456789', CIRCLEGRAPH_LOGIN: 'trusted',
    CIRCLEGRAPH_TRUSTED_SECRET: 'a-very-long-secret-of-a-server-0123456789',
  };
  const closed = await start({ t, env });
  assert.equal((await fetch(playground(closed))).status, 404);
  const opened = await start({ t, env: { ...env, CIRCLEGRAPH_INTROSPECTION: 'true' } });
  const { page, problems } = await visit(t, { at: opened });
  assert.equal(await page.getByRole('searchbox', { name: 'Find a member' }).count(), 0);
  assert.equal(await page.getByRole('tab', { name: 'SignIn' }).count(), 0);
  await page.getByLabel('Access token').fill('eyJ.not.one');
  await page.getByRole('button', { name: 'Use it' }).click();
  const said = await page.locator('.sign-in').getByRole('alert').innerText();
  assert.equal(await page.locator('.who.over').innerText(), `${said} Sign in`);
  assert.deepEqual(problems, []);
});

// A program that was built only by Go.
test('without npm there is a plain page, which needs nothing from elsewhere', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'plain-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const overlay = join(directory, 'overlay.json');
  const binary = join(directory, 'circlegraph');
  writeFileSync(overlay, JSON.stringify({ Replace: { [join(root, 'playground/dist/site/index.html')]: '' } }));
  execFileSync('go', ['build', '-overlay', overlay, '-o', binary, '.'], { cwd: root, stdio: 'inherit' });
  const plain = await start({ t, binary });
  assert.match(plain.log(), /npm --prefix playground ci && npm --prefix playground run build/);

  const { page, problems } = await open(browser, playground(plain), { t });
  await page.getByLabel('Sign in as').selectOption('Maya Fielding');
  await page.getByText('Every request carries the token').waitFor();
  const answer = page.locator('#answer');

  await page.getByRole('tab', { name: 'Home' }).click();
  await page.getByRole('button', { name: 'Run' }).click();
  await answer.getByText('"Maya Fielding"').first().waitFor();

  await page.getByLabel('Query').fill('{ viewer { member { nam } } }');
  await page.keyboard.press('Control+Enter');
  await answer.getByText('GRAPHQL_VALIDATION_FAILED').waitFor();

  await page.getByLabel('Query').fill('subscription { notificationCountsChanged { id } }');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();

  const wanted = /status of 400/; // of the query that is wrong on purpose
  assert.deepEqual(problems.filter((problem) => !wanted.test(problem)), []);
  assert.deepEqual(await barriers(page), []);
});
