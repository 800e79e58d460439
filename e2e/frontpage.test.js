// The front page in a real browser, and what it promises.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { after, before, test } from 'node:test';
import { barriers, launch, open, told, widths } from './browser.js';
import { login, start } from './server.js';

let server;
let browser;
let address;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  address = server.url.replace('/graphql', '');
});
after(() => Promise.all([server?.stop(), browser?.close()]));

for (const width of widths) {
  for (const scheme of ['light', 'dark']) {
    test(`the pages fit ${width} pixels and are accessible, ${scheme}`, async (t) => {
      const { page, problems, requests } = await open(browser, 'about:blank', { width, scheme, t });
      for (const path of ['/', '/docs/http', '/docs/schema', '/docs/schema/Post', '/docs/schema?q=feed']) {
        requests.length = 0;
        await page.goto(address + path);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, path);
        assert.deepEqual(await barriers(page), [], path);
        assert.deepEqual(problems, [], path);
        assert.deepEqual(requests.filter((url) => !url.startsWith('data:')), [address + path], 'all comes with the page');
      }
    });
  }
}

test('the examples work as they are copied', async (t) => {
  const { page, problems } = await open(browser, `${address}/`, { t, context: { permissions: ['clipboard-read', 'clipboard-write'] } });
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const copy = async (place) => {
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await place.getByRole('button', { name: 'Copy' }).click();
    await told(page, 'Copied');
    for (;;) {
      const copied = await clipboard();
      if (copied) return copied;
    }
  };
  assert.equal(await copy(page.locator('.endpoint')), server.url);
  const signIn = await copy(page.locator('#sign-in'));
  const ask = await copy(page.locator('#example-curl'));
  const answer = JSON.parse(execFileSync('bash', ['-c', `${signIn}\n${ask}`], { encoding: 'utf8' }));
  assert.equal(answer.data.viewer.member.name, 'Maya Fielding');
  assert.equal(answer.data.homeFeed.nodes.length, 3);

  const nextLanguage = () => page.locator('.languages :checked').press('ArrowRight');
  await nextLanguage();
  const script = await copy(page.locator('#example-fetch'));
  const run = new Function('token', `return (async () => { ${script}\nreturn { data, errors }; })()`);
  const { data, errors } = await run(await login(server.url));
  assert.equal(errors, undefined);
  assert.deepEqual(data, answer.data);

  for (const [name, text] of [['Swift', 'URLSession'], ['Kotlin', 'HttpURLConnection']]) {
    await nextLanguage();
    assert.equal(await page.getByRole('radio', { name }).isChecked(), true);
    const code = await copy(page.locator(`#example-${name.toLowerCase()}`));
    assert.ok(code.includes(text) && code.includes(`"${server.url}"`), code);
  }
  assert.deepEqual(problems, []);
});

test('behind a proxy that hides it, the address is that of the address bar', async (t) => {
  const proxy = createServer((incoming, outgoing) => {
    incoming.pipe(request(address + incoming.url, (answer) => answer.pipe(outgoing.writeHead(answer.statusCode, answer.headers))));
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  const at = `http://localhost:${proxy.address().port}`;
  const { page } = await open(browser, `${at}/`, { t });
  assert.equal(await page.locator('.endpoint code').textContent(), `${at}/graphql`);
  assert.ok((await page.locator('#example-kotlin code').textContent()).includes(`"${at}/graphql"`));
});

test('without scripts everything can be read', async (t) => {
  const { page } = await open(browser, `${address}/`, { t, context: { javaScriptEnabled: false } });
  await page.getByText('Swift', { exact: true }).click();
  assert.ok(await page.locator('#example-swift').isVisible());
  assert.ok(await page.locator('#example-curl').isHidden());
  assert.equal(await page.getByRole('button', { name: 'Copy' }).count(), 0);
});

test('it leads to the playground, the schema and the documentation', async (t) => {
  const { page, problems } = await open(browser, `${address}/`, { t });
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the schema' }).click();
  assert.equal((await download).suggestedFilename(), 'schema.graphql');
  await page.getByRole('link', { name: 'Signing in', exact: true }).click();
  await page.getByRole('heading', { name: 'Signing in', exact: true }).waitFor();
  await page.getByRole('link', { name: 'Circlegraph' }).click();
  await page.getByRole('link', { name: 'Open the playground' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.deepEqual(problems, []);
});
