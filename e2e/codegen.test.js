// GraphQL Code Generator's client preset, an app that TypeScript checks at its strictest, and a server that carries out the
// documents of its manifest and only of Apollo's.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { generatePersistedQueryIdsFromManifest } from '@apollo/persisted-query-lists';
import { ask, member, start } from './server.js';

const directory = fileURLToPath(new URL('codegen/', import.meta.url));
const generated = `${directory}generated/`;
const tool = (name, ...args) => execFileSync(`../node_modules/.bin/${name}`, args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
const readJSON = (name) => JSON.parse(readFileSync(generated + name, 'utf8'));

let server;
let app;
before(async () => {
  rmSync(generated, { recursive: true, force: true });
  tool('graphql-codegen', '--config', 'codegen.ts');
  tool('generate-persisted-query-manifest');
  tool('tsc', '-p', '.');
  server = await start({ env: { CIRCLEGRAPH_TRUSTED_DOCUMENTS: generated, CIRCLEGRAPH_TRUSTED_DOCUMENTS_MODE: 'enforce' } });
  app = await import(`${generated}js/app.js`);
});
after(() => server?.stop());

test('the app gets along with the hashes of its documents', async () => {
  const titles = await app.titles(server.url, member);
  assert.equal(new Set(titles).size, 4);
});

test('each document of the manifest can be sent by documentId', async () => {
  const documents = Object.entries(readJSON('persisted-documents.json'));
  assert.equal(documents.length, 2);
  for (const [id, text] of documents) {
    const variables = text.startsWith('mutation') ? { email: member } : { first: 1 };
    const body = JSON.stringify({ documentId: id, variables });
    const answer = await fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { data, errors = [] } = await answer.json();
    assert.ok(data, JSON.stringify(errors));
    assert.deepEqual(errors.map(({ extensions }) => extensions.reason), text.startsWith('mutation') ? [] : ['TOKEN_MISSING']);
  }
});

test('Apollo Client gets along with the ids of its own manifest', async () => {
  const client = new ApolloClient({
    link: ApolloLink.from([
      new PersistedQueryLink(generatePersistedQueryIdsFromManifest({ loadManifest: () => readJSON('persisted-query-manifest.json') })),
      new HttpLink({ uri: server.url }),
    ]),
    cache: new InMemoryCache(),
  });
  const { data } = await client.mutate({ mutation: app.LoginDocument, variables: { email: member } });
  assert.ok(data.login.accessToken);
});

test('nothing else is carried out', async () => {
  const { errors } = await ask(server.url, 'mutation Login($email: String!) { login(input: { email: $email }) { accessToken } }', { variables: { email: member } });
  assert.equal(errors[0].extensions.code, 'QUERY_NOT_IN_SAFELIST');
});
