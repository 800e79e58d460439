// Subscriptions as the clients' libraries make them, over each wire: graphql-ws, graphql-sse, Apollo Client and urql.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSSE } from 'graphql-sse';
import { createClient as createWS } from 'graphql-ws';
import WebSocket from 'ws';
import { ask, expired, login, mint, sandbox, start } from './server.js';

let server;
before(async () => { server = await start(); });
after(() => server.stop());

const query = 'subscription { notificationCountsChanged { notifications mentions } }';

/**
 * Expects a stream of answers to begin with the counts as they are, and to go on with none when its member has seen them.
 * A member has new notifications only once, so each test has its own.
 */
async function followsCounts(answers, token) {
  const events = answers[Symbol.asyncIterator]();
  const counts = async () => {
    const { value, done } = await events.next();
    assert.equal(done, false);
    assert.equal(value.errors ?? value.error, undefined);
    return value.data.notificationCountsChanged.notifications;
  };
  assert.ok(await counts() > 0);
  await ask(server.url, 'mutation { resetNewNotificationsCount { userErrors { message } } }', { token });
  assert.equal(await counts(), 0);
  await events.return?.();
}

/** What an observable of any library emits, one after the other. */
async function* emissions(subscribe) {
  const waiting = [];
  let wake = () => {};
  const subscription = subscribe((event) => { waiting.push(event); wake(); });
  try {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift();
      await new Promise((resolve) => { wake = resolve; });
    }
  } finally {
    subscription.unsubscribe();
  }
}

/** An address that stays, in front of a server that may be replaced: a port that was left may be somebody else's. */
async function front(t, server) {
  const door = { server };
  const listener = createServer((socket) => {
    const inner = connect(new URL(door.server.url).port, '127.0.0.1');
    socket.pipe(inner).pipe(socket);
    for (const [one, other] of [[socket, inner], [inner, socket]]) one.on('error', () => {}).on('close', () => other.destroy());
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.after(() => listener.close());
  const address = `127.0.0.1:${listener.address().port}/graphql`;
  return Object.assign(door, { url: `http://${address}`, socketURL: `ws://${address}` });
}

const overSocket = (bearer, url = server.socketURL) => createWS({
  url,
  webSocketImpl: WebSocket,
  connectionParams: async () => ({ Authorization: `Bearer ${await bearer()}` }),
  retryAttempts: Infinity,
});

test('graphql-ws: a subscription, a query and a mutation share a socket', async (t) => {
  const token = await login(server.url, 'jose@example.com');
  const client = overSocket(() => token);
  t.after(() => client.dispose());
  await followsCounts(client.iterate({ query }), token);
  for await (const { data } of client.iterate({ query: '{ spaces { id } }' })) assert.ok(data.spaces.length > 0);
});

test('graphql-ws: an expired token closes the socket with 4401, and a new one gets on', async (t) => {
  const fresh = await login(server.url, 'margaret@example.com');
  let current = expired(fresh);
  const client = overSocket(() => current);
  t.after(() => client.dispose());
  await assert.rejects(client.iterate({ query }).next(), ({ code }) => code === 4401);
  current = fresh;
  await followsCounts(client.iterate({ query }), fresh);
});

test('graphql-ws and graphql-sse: a subscription outlives its token', async (t) => {
  const circle = await sandbox(['-token-life', '5s']); // and the server allows clocks to be 30 seconds apart
  t.after(() => circle.stop());
  const { url, socketURL } = await start({ t, env: {
    CIRCLE_URL: circle.url, CIRCLE_HEADLESS_TOKEN: circle.token, CIRCLEGRAPH_LOGIN: 'trusted',
    CIRCLEGRAPH_TRUSTED_SECRET: 'a-very-long-secret-of-a-server-0123456789',
  } });
  await Promise.all([
    (bearer) => overSocket(bearer, socketURL),
    (bearer) => createSSE({ url, headers: async () => ({ authorization: `Bearer ${await bearer()}` }) }),
  ].map(async (open) => {
    let tokens = 0;
    const client = open(() => { tokens += 1; return mint(circle); });
    t.after(() => client.dispose());
    const events = client.iterate({ query });
    for (let turn = 0, before = 0; turn < 2; turn += 1, before = tokens) { // each time the counts as they are, and with another token
      const { value, done } = await events.next();
      assert.equal(done, false);
      assert.ok(value.data?.notificationCountsChanged.notifications > 0, JSON.stringify(value));
      assert.ok(tokens > before, `${tokens} tokens, after ${before}`);
    }
    await events.return();
  }));
});

test('graphql-ws: a subscription outlives a restart of the server', async (t) => {
  const old = await start();
  const door = await front(t, old);
  const client = overSocket(() => login(door.url), door.socketURL);
  t.after(() => client.dispose());
  const events = client.iterate({ query });
  assert.ok((await events.next()).value.data.notificationCountsChanged.notifications > 0);
  await old.stop();
  door.server = await start({ t });
  assert.ok((await events.next()).value.data.notificationCountsChanged.notifications > 0);
  await events.return();
});

test('graphql-sse: a subscription, and a query in the same way', async (t) => {
  const token = await login(server.url, 'arthur@example.com');
  const client = createSSE({ url: server.url, headers: { authorization: `Bearer ${token}` } });
  t.after(() => client.dispose());
  await followsCounts(client.iterate({ query }), token);
  const { value } = await client.iterate({ query: '{ spaces { id } }' }).next();
  assert.ok(value.data.spaces.length > 0);
});

test('Apollo Client: over a websocket', async (t) => {
  const token = await login(server.url, 'kwame@example.com');
  const socket = overSocket(() => token);
  t.after(() => socket.dispose());
  const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
  await followsCounts(emissions((next) => client.subscribe({ query: gql(query) }).subscribe(next)), token);
});

test('Apollo Client: in parts over HTTP, as it does without a websocket, and into its cache', async () => {
  const token = await login(server.url, 'tom@example.com');
  const client = new ApolloClient({
    link: new HttpLink({ uri: server.url, headers: { authorization: `Bearer ${token}` } }),
    cache: new InMemoryCache(),
  });
  const badge = gql`{ viewer { id notificationCounts { id notifications } } }`;
  assert.ok((await client.query({ query: badge })).data.viewer.notificationCounts.notifications > 0);
  const counts = gql`subscription { notificationCountsChanged { id notifications } }`;
  await followsCounts(emissions((next) => client.subscribe({ query: counts }).subscribe(next)), token);
  assert.equal(client.readQuery({ query: badge }).viewer.notificationCounts.notifications, 0);
});

test('urql: over a websocket', async (t) => {
  const token = await login(server.url, 'hannah@example.com');
  const socket = overSocket(() => token);
  t.after(() => socket.dispose());
  const client = new Client({
    url: server.url,
    exchanges: [cacheExchange, fetchExchange, subscriptionExchange({
      forwardSubscription: (request) => ({ subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }) }),
    })],
  });
  await followsCounts(emissions((next) => client.subscription(query, {}).subscribe(next)), token);
});

test('urql: only by fetch', async () => {
  const token = await login(server.url, 'zoe@example.com');
  const client = new Client({
    url: server.url,
    fetchSubscriptions: true,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    exchanges: [cacheExchange, fetchExchange],
  });
  await followsCounts(emissions((next) => client.subscription(query, {}).subscribe(next)), token);
});
