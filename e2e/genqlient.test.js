// genqlient, the Go client: generated against the schema and run by Go's own tests in genqlient/.
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { start } from './server.js';

test('genqlient', async (t) => {
  const server = await start({ t });
  const go = (...args) => execFileSync('go', args, {
    cwd: fileURLToPath(new URL('genqlient/', import.meta.url)),
    env: { ...process.env, CIRCLEGRAPH_URL: server.url },
    stdio: 'inherit',
  });
  go('generate', '.');
  go('test', '-count=1', '.');
});
