// What the other browser tests rely on: that a page's faults are seen.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { barriers, launch, open } from './browser.js';

test('a page that does everything wrong is caught at each of it', async (t) => {
  const server = createServer((_, answer) => answer.writeHead(200, {
    'content-type': 'text/html',
    'content-security-policy': "default-src 'none'; script-src 'nonce-x'; img-src *",
  }).end(`<!doctype html><html lang="en"><title>Wrong</title><link rel="icon" href="data:,"><h1>Wrong</h1><input>
    <img src="http://elsewhere.example/pixel.png" alt="">
    <script>document.title = 'not allowed'</script>
    <script nonce="x">console.error('said'); throw new Error('thrown')</script>`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());

  const { page, problems } = await open(await launch({ t }), `http://127.0.0.1:${server.address().port}/`, { t });
  for (const want of [/leaves the machine: http:\/\/elsewhere\.example\/pixel\.png/, /Executing inline script violates/, /in the console: said/, /exception: Error: thrown/]) {
    assert.ok(problems.some((problem) => want.test(problem)), `want ${want} among\n${problems.join('\n')}`);
  }
  assert.match((await barriers(page)).join('\n'), /^label: Form elements must have labels: input: /);
});
