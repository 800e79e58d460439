// What others do, as graphql-ws and graphql-sse hear it, and in the caches of Apollo Client and urql. Relay is in
// relay.test.js.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { createClient as createSSE } from 'graphql-sse';
import { CHAT, ROOM, SEND, converse, pair, say, screenOf, socketOf, standing } from './chat.js';
import { graphcacheKeys } from './graphcache.js';
import { start } from './server.js';

let server;
before(async () => { server = await start(); });
after(() => server.stop());

const overSocket = (token) => socketOf(server, token);

test('graphql-ws: messages of others come once, and after a pause those that were missed', async (t) => {
  const { tokens: [writer, reader], room } = await pair(server, 'jose@example.com', 'margaret@example.com');
  const client = overSocket(reader);
  t.after(() => client.dispose());
  const events = client.iterate({ query: ROOM, variables: { room } });
  const next = async (from) => (await from.next()).value.data.chatRoomChanged;
  const first = next(events);
  await standing(client);
  await say(server, writer, room, 'hello');
  const added = await first;
  assert.equal(added.edge.node.body.plainText, 'hello');
  await events.return();
  await say(server, writer, room, 'while you were away');
  const again = client.iterate({ query: ROOM, variables: { room, after: added.edge.cursor } });
  assert.equal((await next(again)).edge.node.body.plainText, 'while you were away');
  await say(server, writer, room, 'welcome back');
  assert.equal((await next(again)).edge.node.body.plainText, 'welcome back');
  await again.return();
});

test('graphql-sse: the same', async (t) => {
  const { tokens: [writer, reader], room } = await pair(server, 'arthur@example.com', 'kwame@example.com');
  const client = createSSE({ url: server.url, headers: { authorization: `Bearer ${reader}` } });
  t.after(() => client.dispose());
  const events = client.iterate({ query: ROOM, variables: { room } });
  const first = events.next();
  await standing(client);
  await say(server, writer, room, 'hello');
  assert.equal((await first).value.data.chatRoomChanged.edge.node.body.plainText, 'hello');
  await events.return();
});

/** A fetch that counts. */
function counted() {
  const requests = { count: 0, fetch: (...request) => { requests.count += 1; return fetch(...request); } };
  return requests;
}

for (const [wire, email, linkOf] of [
  ['a websocket', 'kwame@example.com', (socket) => new GraphQLWsLink(socket)],
  ['parts over HTTP', 'zoe@example.com', () => ApolloLink.empty()],
]) {
  test(`Apollo Client over ${wire}: a room follows in the cache`, async (t) => {
    const { tokens: [writer, reader], room, after } = await pair(server, 'margaret@example.com', email);
    const socket = overSocket(reader);
    t.after(() => socket.dispose());
    const requests = counted();
    const http = new HttpLink({ uri: server.url, fetch: requests.fetch, headers: { authorization: `Bearer ${reader}` } });
    const client = new ApolloClient({
      link: ApolloLink.split(({ operationType }) => operationType === 'subscription' && wire === 'a websocket', linkOf(socket), http),
      cache: new InMemoryCache({ typePolicies: { RichText: { merge: true } } }),
      devtools: { enabled: false },
    });
    t.after(() => client.stop());
    const screen = screenOf();
    const watched = client.watchQuery({ query: gql(CHAT), variables: { room } })
      .subscribe(({ data, dataState }) => { if (dataState === 'complete') screen.show(data.chatRoom.messages.edges); });
    t.after(() => watched.unsubscribe());
    const heard = client.subscribe({ query: gql(ROOM), variables: { room, after } }).subscribe(({ data: { chatRoomChanged: event } }) => {
      screen.discard(event.idempotencyKey);
      client.cache.modify({
        id: client.cache.identify({ __typename: 'ChatRoom', id: room }),
        fields: {
          messages: (page, { readField, toReference }) => {
            const is = (id) => ({ node }) => readField('id', node) === id;
            if (event.__typename !== 'ChatMessageAdded') return { ...page, edges: page.edges.filter((edge) => !is(event.deletedChatMessageId)(edge)) };
            if (page.edges.some(is(event.edge.node.id))) return page; // the socket came again, and so did the message
            return { ...page, edges: [...page.edges, { ...event.edge, node: toReference(event.edge.node) }] };
          },
        },
      });
    });
    t.after(() => heard.unsubscribe());
    await converse({
      server, screen, writer, room, reader: socket,
      send: async (variables) => (await client.mutate({ mutation: gql(SEND), variables })).data.sendChatMessage,
    });
    assert.equal(requests.count, wire === 'a websocket' ? 2 : 3, 'the room and the own message, and where there is no socket the subscription');
  });
}

test('urql: a room follows in Graphcache', async (t) => {
  const { tokens: [writer, reader], room, after } = await pair(server, 'jose@example.com', 'kwame@example.com');
  const socket = overSocket(reader);
  t.after(() => socket.dispose());
  const requests = counted();
  const screen = screenOf();
  const chatRoomChanged = ({ chatRoomChanged: event }, { chatRoomId }, cache) => {
    screen.discard(event.idempotencyKey);
    cache.updateQuery({ query: CHAT, variables: { room: chatRoomId } }, (data) => {
      const id = event.edge?.node.id ?? event.deletedChatMessageId;
      const { edges } = data.chatRoom.messages;
      const others = edges.filter(({ node }) => node.id !== id);
      const now = event.__typename !== 'ChatMessageAdded' ? others : others.length < edges.length ? edges : [...edges, event.edge];
      return { ...data, chatRoom: { ...data.chatRoom, messages: { ...data.chatRoom.messages, edges: now } } };
    });
  };
  const schema = introspectionFromSchema(buildSchema(readFileSync(new URL('../graph/schema.graphql', import.meta.url), 'utf8')));
  const client = new Client({
    url: server.url,
    fetch: requests.fetch,
    fetchOptions: { headers: { authorization: `Bearer ${reader}` } },
    exchanges: [
      cacheExchange({ schema, keys: graphcacheKeys(schema), updates: { Subscription: { chatRoomChanged } } }),
      fetchExchange,
      subscriptionExchange({ forwardSubscription: (request) => ({ subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }) }) }),
    ],
  });
  const shown = client.query(CHAT, { room }).subscribe(({ data }) => data && screen.show(data.chatRoom.messages.edges));
  t.after(() => shown.unsubscribe());
  const heard = client.subscription(ROOM, { room, after }).subscribe(() => {});
  t.after(() => heard.unsubscribe());
  await converse({
    server, screen, writer, room, reader: socket, send: async (variables) => (await client.mutation(SEND, variables)).data.sendChatMessage,
  });
  assert.equal(requests.count, 2, 'the room and the own message');
});
