// A room as an app shows it, and what is done in it, for the clients that follow it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createClient as createWS } from 'graphql-ws';
import WebSocket from 'ws';
import { ask, login } from './server.js';

export const CHAT = `query Chat($room: ID!) {
  chatRoom(by: { id: $room }) {
    id
    messages(last: 20) { edges { cursor node { id body { plainText } } } }
  }
}`;

export const ROOM = `subscription Room($room: ID!, $after: ID) {
  chatRoomChanged(chatRoomId: $room, after: $after) {
    __typename
    ... on ChatMessageAdded { idempotencyKey edge { cursor node { id body { plainText } } } }
    ... on ChatMessageUpdated { chatMessage { id body { plainText } } }
    ... on ChatMessageDeleted { deletedChatMessageId }
  }
}`;

export const SEND = `mutation Send($room: ID!, $text: String!, $key: String!) {
  sendChatMessage(input: { chatRoomId: $room, body: { text: $text }, idempotencyKey: $key }) { userErrors { message } }
}`;

/** A client of a member over a websocket. */
export const socketOf = (server, token) => createWS({
  url: server.socketURL,
  webSocketImpl: WebSocket,
  connectionParams: () => ({ Authorization: `Bearer ${token}` }),
  retryAttempts: Infinity,
});

/** Two members, and a room of theirs with a message in it, after which everything is new. */
export async function pair(server, one, two) {
  const tokens = [await login(server.url, one), await login(server.url, two)];
  const { viewer } = await data(server, '{ viewer { member { id } } }', tokens[1]);
  const { createChatRoom } = await data(server, `mutation($id: ID!) {
    createChatRoom(input: { memberIds: [$id], message: { text: "first" } }) { chatRoom { id } userErrors { message } }
  }`, tokens[0], { id: viewer.member.id });
  assert.deepEqual(createChatRoom.userErrors, []);
  const room = createChatRoom.chatRoom.id;
  const { chatRoom } = await data(server, CHAT, tokens[0], { room });
  return { tokens, room, after: chatRoom.messages.edges.at(-1).cursor };
}

async function data(server, query, token, variables) {
  const answer = await ask(server.url, query, { token, variables });
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data;
}

export const say = (server, token, room, text, key) => data(server, `mutation($room: ID!, $text: String!, $key: String) {
  sendChatMessage(input: { chatRoomId: $room, body: { text: $text }, idempotencyKey: $key }) { userErrors { message } }
}`, token, { room, text, key });

/** Waits until the member is told over Circle's cable, and of everything up to now. */
export async function standing(client) {
  const query = 'subscription { liveStatusChanged { mode isUpToDate } }';
  for await (const { data: { liveStatusChanged: now } } of client.iterate({ query })) {
    if (now.mode === 'LIVE' && now.isUpToDate) return;
  }
}

const change = (server, token, id, text) => data(server, `mutation($id: ID!, $text: String!) {
  updateChatMessage(input: { messageId: $id, body: { text: $text } }) { userErrors { message } }
}`, token, { id, text });

const remove = (server, token, id) => data(server, `mutation($id: ID!) {
  deleteChatMessage(input: { messageId: $id }) { userErrors { message } }
}`, token, { id });

/** The texts that a screen shows: those of the cache, and what the member has sent and not heard of yet. */
export function screenOf() {
  const states = [];
  const pending = new Map();
  let known = [];
  let check = () => {};
  const draw = () => {
    states.push([...known, ...pending.values()]);
    check();
  };
  return {
    states,
    show(edges) {
      known = edges.map(({ node }) => node.body.plainText);
      draw();
    },
    hope(key, text) {
      pending.set(key, text);
      draw();
    },
    discard: (key) => pending.delete(key),
    until: (...wanted) => new Promise((resolve) => {
      check = () => { if (JSON.stringify(states.at(-1)) === JSON.stringify(wanted)) resolve(); };
      check();
    }),
  };
}

/**
 * One member writes, changes and deletes, the other writes, and loses the connection. The screen of the other must follow, and
 * show nothing twice.
 */
export async function converse({ server, screen, writer, room, reader, send }) {
  await screen.until('first');
  await standing(reader);
  await say(server, writer, room, 'hello');
  await screen.until('first', 'hello');
  const { chatRoom } = await data(server, CHAT, writer, { room });
  const { id } = chatRoom.messages.edges.at(-1).node;
  await change(server, writer, id, 'hello all');
  await screen.until('first', 'hello all');
  const key = randomUUID();
  screen.hope(key, 'mine');
  assert.deepEqual((await send({ room, text: 'mine', key })).userErrors, []);
  await say(server, writer, room, 'yours');
  await screen.until('first', 'hello all', 'mine', 'yours');
  await remove(server, writer, id);
  await screen.until('first', 'mine', 'yours');
  reader.terminate();
  await say(server, writer, room, 'meanwhile');
  await screen.until('first', 'mine', 'yours', 'meanwhile');
  for (const texts of screen.states) assert.equal(new Set(texts).size, texts.length, `shown twice: ${texts}`);
  for (const texts of screen.states.slice(screen.states.findIndex((shown) => shown.includes('mine')))) {
    assert.ok(texts.includes('mine'), `gone for a moment: ${texts}`);
  }
}
