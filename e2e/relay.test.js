// Relay: its compiler against the schema, and its store against a server that only runs the compiled documents.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Environment, Network, Observable, RecordSource, Store, commitMutation, createOperationDescriptor, fetchQuery, getSingularSelector, requestSubscription } from 'relay-runtime';
import { converse, pair, screenOf, socketOf } from './chat.js';
import { ask, member, start } from './server.js';

const app = fileURLToPath(new URL('relay/', import.meta.url));
const generated = `${app}__generated__/`;
const manifest = `${generated}persisted.json`;
const require = createRequire(import.meta.url);

/** What the compiler made of a document in relay/. */
const compiled = (name) => require(`${generated}${name}.graphql.js`);
const compile = (config) => execFileSync('../node_modules/.bin/relay-compiler', [config, '--noWatchman'], { cwd: app, encoding: 'utf8' });

let server;
let token;
before(async () => {
  rmSync(generated, { recursive: true, force: true });
  mkdirSync(`${generated}types`, { recursive: true });
  writeFileSync(manifest, '{}'); // the compiler adds to it
  compile('relay.config.json');
  server = await start({ env: { CIRCLEGRAPH_TRUSTED_DOCUMENTS: manifest, CIRCLEGRAPH_TRUSTED_DOCUMENTS_MODE: 'enforce' } });
  const { login } = await open().mutate('feedLoginMutation', { email: member });
  token = login.accessToken;
});
after(() => server?.stop());

/** An app with an empty store, and the names of what it sent. It subscribes over a socket. */
function open({ url = server.url, bearer = token, socket } = {}) {
  const sent = [];
  const network = Network.create(async ({ id, name }, variables) => {
    sent.push(name);
    const headers = { 'content-type': 'application/json', ...(bearer && { authorization: `Bearer ${bearer}` }) };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ doc_id: id, variables }) });
    return answer.json();
  }, ({ id }, variables) => Observable.create((sink) => socket.subscribe({ query: '', doc_id: id, variables }, sink)));
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  return {
    environment,
    sent,
    /** Fetches a query, keeps it, and gives its data. */
    query(name, variables) {
      environment.retain(createOperationDescriptor(compiled(name), variables));
      return fetchQuery(environment, compiled(name), variables).toPromise();
    },
    /** Reads a fragment as the component does to which `reference` is given. */
    read: (name, reference) => environment.lookup(getSingularSelector(compiled(name), reference)).data,
    mutate: (name, variables, more) => new Promise((resolve, reject) => {
      commitMutation(environment, { mutation: compiled(name), variables, onCompleted: resolve, onError: reject, ...more });
    }),
  };
}

test('a connection grows by pages', async () => {
  const { query, read, sent } = open();
  const whole = await query('feedQuery', { first: 5 }).then((root) => read('feed_list', root).homeFeed);

  const app = open();
  const root = await app.query('feedQuery', { first: 2 });
  const page = app.read('feed_list', root).homeFeed;
  assert.equal(page.edges.length, 2);
  assert.equal(page.pageInfo.hasNextPage, true);
  await app.query('feedPaginationQuery', { first: 3, after: page.pageInfo.endCursor });
  const { homeFeed } = app.read('feed_list', root);
  assert.deepEqual(homeFeed.edges.map(({ node }) => node.id), whole.edges.map(({ node }) => node.id));
  assert.deepEqual(sent, ['feedQuery']);
  assert.deepEqual(app.sent, ['feedQuery', 'feedPaginationQuery']);
});

test('a post of any kind is fetched again through node', async () => {
  const { query, read } = open();
  const root = await query('feedQuery', { first: 1 });
  const { node } = read('feed_list', root).homeFeed.edges[0];
  const before = read('feed_post', node);
  const again = await query('feedPostQuery', { id: node.id });
  assert.deepEqual(read('feed_post', again.node), before);
});

test('a like is seen wherever the post is shown, first as hoped for, then as it is', async () => {
  const { environment, query, read, mutate, sent } = open();
  const root = await query('feedQuery', { first: 10 });
  const { node } = read('feed_list', root).homeFeed.edges.find((edge) => !read('feed_post', edge.node).isLikedByViewer);
  const { likesCount } = read('feed_post', node);
  const seen = [];
  const selector = getSingularSelector(compiled('feed_post'), node);
  const { dispose } = environment.subscribe(environment.lookup(selector), ({ data }) => seen.push(data.likesCount));
  await mutate('feedLikeMutation', { input: { postId: node.id } }, {
    optimisticResponse: { likePost: {
      post: { __typename: 'BasicPost', __isPost: 'BasicPost', id: node.id, ...read('feed_post', node), likesCount: 1000, isLikedByViewer: true, author: null },
      userErrors: [],
    } },
  });
  assert.deepEqual(seen, [1000, likesCount + 1]);
  assert.deepEqual(sent, ['feedQuery', 'feedLikeMutation']);
  dispose();
});

test('a new comment joins its connection', async () => {
  const { environment, query, read, mutate, sent } = open();
  const root = await query('feedQuery', { first: 1 });
  const { node: { id } } = read('feed_list', root).homeFeed.edges[0];
  const { post } = await query('feedCommentsQuery', { id });
  const { createComment } = await mutate('feedCommentMutation', {
    connections: [post.comments.__id],
    input: { postId: id, body: { text: 'Lovely beans.' } },
  });
  assert.deepEqual(createComment.userErrors, []);
  const now = environment.lookup(createOperationDescriptor(compiled('feedCommentsQuery'), { id }).fragment).data.post;
  assert.equal(now.commentsCount, post.commentsCount + 1);
  assert.deepEqual(now.comments.edges.at(-1).node.body, { plainText: 'Lovely beans.' });
  assert.equal(now.comments.edges.length, post.comments.edges.length + 1);
  assert.deepEqual(sent, ['feedQuery', 'feedCommentsQuery', 'feedCommentMutation']);
});

test('a room follows what others write, change and delete, by the directives of its subscription', async (t) => {
  const talking = await start({ env: { CIRCLEGRAPH_TRUSTED_DOCUMENTS: manifest } }); // the others send what they like
  const { tokens: [writer, reader], room, after } = await pair(talking, 'jose@example.com', 'margaret@example.com');
  const socket = socketOf(talking, reader);
  const { environment, query, mutate, sent } = open({ url: talking.url, bearer: reader, socket });
  const screen = screenOf();
  const { chatRoom } = await query('chatQuery', { room });
  const shown = environment.lookup(createOperationDescriptor(compiled('chatQuery'), { room }).fragment);
  screen.show(shown.data.chatRoom.messages.edges);
  const watched = environment.subscribe(shown, ({ data }) => screen.show(data.chatRoom.messages.edges));
  const heard = requestSubscription(environment, {
    subscription: compiled('chatSubscription'),
    variables: { room, after, connections: [chatRoom.messages.__id] },
    updater: (store, { chatRoomChanged: { idempotencyKey } }) => { screen.discard(idempotencyKey); },
  });
  t.after(async () => {
    heard.dispose();
    watched.dispose();
    await socket.dispose();
    await talking.stop(); // the last, or the socket comes again
  });
  await converse({
    server: talking, screen, writer, room, reader: socket,
    send: async (variables) => (await mutate('chatSendMutation', variables)).sendChatMessage,
  });
  assert.deepEqual(sent, ['chatQuery', 'chatSendMutation']);
});

test('an error throws, or is caught at its field, and leaves the rest as it is', async () => {
  const { query } = open();
  assert.equal((await query('feedThrowingQuery', { first: 1 })).homeFeed.nodes.length, 1);
  await assert.rejects(query('feedThrowingQuery', { first: 1000 }), /Unexpected response payload/);
  const { spaces, homeFeed } = await query('feedCaughtQuery', { first: 1000 });
  assert.ok(spaces.length > 0);
  assert.equal(homeFeed.ok, false);
  assert.deepEqual(homeFeed.errors.map(({ extensions }) => extensions.code), ['BAD_USER_INPUT']);
});

test('what is null only with an error has non-null types if errors throw or are caught', () => {
  compile('types.config.json');
  const typesOf = (name) => readFileSync(`${generated}types/${name}.graphql.ts`, 'utf8').split('const node')[0];
  assert.doesNotMatch(typesOf('feedThrowingQuery'), /null/);
  assert.match(typesOf('feedCommentsQuery'), /readonly comments: \{[^]*\} \| null/, 'without either it may be null');
});

test('what was not compiled is refused', async () => {
  const { errors } = await ask(server.url, '{ spaces { id } }', { token });
  assert.equal(errors[0].extensions.code, 'QUERY_NOT_IN_SAFELIST');
});
