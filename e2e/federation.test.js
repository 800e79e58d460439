// This graph as one of two subgraphs: composed by two composers, and asked through Apollo's gateway and Hive Gateway.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { composeServices as composeWithApollo } from '@apollo/composition';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { composeServices as composeWithGuild } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/http';
import { ask, login, start } from './server.js';

// What a team knows of its members beside Circle.
const loyalty = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Member @key(fields: "id") { id: ID! loyaltyPoints: Int! }
  type Query { topMembers: [Member!]! }
`);

let circlegraph, second, sdl, supergraph, viewer, token;

before(async () => {
  circlegraph = await start({ env: { CIRCLEGRAPH_FEDERATION: 'true' } });
  sdl = await (await fetch(new URL('/federation.graphql', circlegraph.url))).text();
  token = await login(circlegraph.url);
  viewer = (await ask(circlegraph.url, '{ viewer { member { id name } } }', { token })).data.viewer.member;
  const schema = buildSubgraphSchema({
    typeDefs: loyalty,
    resolvers: {
      Query: { topMembers: () => [{ id: viewer.id }] },
      Member: { loyaltyPoints: ({ id }) => id.length },
    },
  });
  second = createServer(createHandler({ schema })).listen(0, '127.0.0.1');
  await new Promise((resolve) => second.once('listening', resolve));
});

after(async () => {
  second?.close();
  await circlegraph?.stop();
});

const services = () => [
  { name: 'circlegraph', url: circlegraph.url, typeDefs: parse(sdl) },
  { name: 'loyalty', url: `http://127.0.0.1:${second.address().port}/`, typeDefs: loyalty },
];

test('@apollo/composition composes it', () => {
  const { errors, supergraphSdl } = composeWithApollo(services());
  assert.deepEqual(errors ?? [], []);
  supergraph = supergraphSdl;
  assert.match(supergraph, /loyaltyPoints/);
});

test('@theguild/federation-composition composes it', () => {
  const result = composeWithGuild(services());
  assert.deepEqual(result.errors ?? [], []);
  assert.match(result.supergraphSdl, /loyaltyPoints/);
});

/** What a gateway must do, whichever it is. `through` sends a query to it, with a header of Authorization. */
async function joins(t, through) {
  const asViewer = (query) => through(query, `Bearer ${token}`);
  await t.test('from the feed to the points', async () => {
    const { data, errors } = await asViewer('{ homeFeed(first: 3) { nodes { title author { id name loyaltyPoints } } } }');
    assert.equal(errors, undefined);
    assert.equal(data.homeFeed.nodes.length, 3);
    for (const { author } of data.homeFeed.nodes) assert.equal(author.loyaltyPoints, author.id.length);
  });
  await t.test('from the points to the member', async () => {
    const { data, errors } = await asViewer('{ topMembers { loyaltyPoints name } }');
    assert.equal(errors, undefined);
    assert.deepEqual(data.topMembers, [{ loyaltyPoints: viewer.id.length, name: viewer.name }]);
  });
  await t.test('both in one', async () => {
    const { data, errors } = await asViewer('{ viewer { member { name loyaltyPoints } } topMembers { headline } }');
    assert.equal(errors, undefined);
    assert.deepEqual(data.viewer.member, { name: viewer.name, loyaltyPoints: viewer.id.length });
  });
  await t.test('each member as themselves, at the same time', async () => {
    const other = await login(circlegraph.url, 'jose@example.com');
    const query = '{ viewer { member { name loyaltyPoints } } }';
    const [mine, theirs] = await Promise.all([asViewer(query), through(query, `Bearer ${other}`)]);
    assert.equal(mine.data.viewer.member.name, viewer.name);
    assert.notEqual(theirs.data.viewer.member.name, viewer.name);
  });
  await t.test('not without a token', async () => {
    const { errors } = await through('{ topMembers { loyaltyPoints name } }');
    assert.equal(errors[0].extensions.code, 'UNAUTHENTICATED');
  });
}

test('@apollo/gateway joins fields of both graphs, for the member who asks', async (t) => {
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    buildService: ({ url }) =>
      new RemoteGraphQLDataSource({
        url,
        willSendRequest({ request, context }) {
          if (context.authorization) request.http.headers.set('authorization', context.authorization);
        },
      }),
  });
  const { executor } = await gateway.load();
  t.after(() => gateway.stop());
  await joins(t, async (query, authorization) =>
    JSON.parse(
      JSON.stringify(
        await executor({
          request: { query, http: { headers: new Map() } },
          document: parse(query),
          queryHash: query,
          operationName: null,
          context: { authorization },
          metrics: {},
          cache: new Map(),
          schema: gateway.schema,
        }),
      ),
    ),
  );
});

test('Hive Gateway joins them too', async (t) => {
  const url = await hive(t);
  await joins(t, async (query, authorization) => {
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })).json();
  });
});

/** Starts Hive Gateway before both graphs, ends it with the test and gives its address. */
async function hive(t) {
  const directory = mkdtempSync(join(tmpdir(), 'hive-'));
  const file = join(directory, 'supergraph.graphql');
  writeFileSync(file, supergraph);
  t.after(() => rmSync(directory, { recursive: true }));
  const program = fileURLToPath(new URL('node_modules/.bin/hive-gateway', import.meta.url));
  const config = fileURLToPath(new URL('hive.config.js', import.meta.url));
  for (;;) {
    const port = await freePort();
    const gateway = spawn(
      process.execPath,
      [program, 'supergraph', file, '--config-path', config, '--host', '127.0.0.1', '--port', port],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: 'production' } },
    );
    let log = '';
    for (const stream of [gateway.stdout, gateway.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text));
    const exited = once(gateway, 'close');
    t.after(async () => {
      gateway.kill();
      await exited;
    });
    const url = `http://127.0.0.1:${port}/`;
    while (gateway.exitCode === null && gateway.signalCode === null) {
      const ready = await fetch(new URL('readiness', url)).catch(() => undefined);
      if (ready?.ok) return new URL('graphql', url);
      await setTimeout(100);
    }
    await exited;
    if (!log.includes('EADDRINUSE')) throw new Error(`Hive Gateway ended with ${gateway.exitCode}:\n${log}`);
  }
}

/** A port of the loopback address that nobody listens on yet: Hive Gateway takes 0 for its own port, not for any. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return String(port);
}
