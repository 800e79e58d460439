// GraphQL over HTTP as its working group audits it: every audit must pass, the optional ones too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { start } from './server.js';

let server;
before(async () => { server = await start(); });
after(() => server.stop());

const audits = serverAudits({ url: () => server.url });

test('there are 61 audits', () => assert.equal(audits.length, 61));

for (const { id, name, fn } of audits) {
  test(`${id} ${name}`, async () => {
    const result = await fn();
    assert.equal(result.status, 'ok', result.reason);
  });
}
