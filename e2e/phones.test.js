// What Apollo iOS 2, Apollo Kotlin 5 and Flutter's gql_http_link send, header by header. None runs here; all take any status but 2xx
// for a fault of the network. Apollo's look for the message PersistedQueryNotFound, and read plain JSON or Apollo's multipart.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { buildSchema, isScalarType, isSpecifiedScalarType, parse } from 'graphql';
import { ask, expired, login, start } from './server.js';

let server;
let token;
before(async () => {
  server = await start();
  token = await login(server.url);
});
after(() => server.stop());

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** Apollo iOS: everything by POST unless told otherwise, and its own name in the extensions. */
const iOS = {
  accept: 'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json',
  acceptEvents: 'multipart/mixed;subscriptionSpec=1.0,application/graphql-response+json,application/json',
  request: ({ name, query, variables, hash }) => ({
    operationName: name,
    ...(query && { query }),
    ...(variables && { variables }),
    extensions: {
      clientLibrary: { name: 'apollo-ios', version: '2.0.0' },
      ...(hash && { persistedQuery: { sha256Hash: hash, version: 1 } }),
    },
  }),
  headers: (name) => ({
    'x-apollo-operation-name': name,
    'apollographql-client-name': 'org.example.garden-apollo-ios',
    'apollographql-client-version': '1.0-7',
  }),
  getHeaders: {},
};

/** Apollo Kotlin: variables always, and a header with GET that no page of another site could send. */
const kotlin = {
  accept: 'multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json',
  acceptEvents: 'multipart/mixed;subscriptionSpec=1.0, application/graphql-response+json, application/json',
  request: ({ name, query, variables = {}, hash }) => ({
    operationName: name,
    variables,
    ...(query && { query }),
    ...(hash && { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }),
  }),
  headers: () => ({}),
  getHeaders: { 'apollo-require-preflight': 'true' },
};

/** Flutter: it takes any media type, and says in a GET, too, of which one its body would be. It knows no documents by hash. */
const flutter = {
  accept: '*/*',
  request: ({ name, query, variables = {} }) => ({ operationName: name, variables, query }),
  headers: () => ({}),
  getHeaders: { 'content-type': 'application/json' },
};

/** Sends as the app does and gives the status, the media type and the body. */
async function send(app, { method = 'POST', bearer = token, ...operation }) {
  const headers = { accept: app.accept, authorization: `Bearer ${bearer}`, ...app.headers(operation.name) };
  const request = app.request(operation);
  let answer;
  if (method === 'GET') {
    const address = new URL(server.url);
    for (const [name, value] of Object.entries(request).sort()) {
      address.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
    answer = await fetch(address, { headers: { ...headers, ...app.getHeaders } });
  } else {
    answer = await fetch(server.url, { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(request) });
  }
  const [media] = answer.headers.get('content-type').split(';');
  const text = await answer.text();
  return { status: answer.status, media, ...(media === 'multipart/mixed' ? { text } : JSON.parse(text)) };
}

const FEED = {
  name: 'Feed',
  query: 'query Feed($first: Int!, $after: String) { homeFeed(first: $first, after: $after) { __typename edges { __typename node { __typename ...PostCard } } pageInfo { __typename endCursor hasNextPage } } } fragment PostCard on Post { __typename id title likesCount author { __typename id name } }',
  variables: { first: 3, after: null },
};
const form = ({ status, media }) => [status, media];
const plain = (app) => [200, app === flutter ? 'application/json' : 'application/graphql-response+json'];

/** Subscribes as the app does and yields the payloads, read as strictly as Apollo iOS does: piece by piece, byte by byte. */
async function* subscribe(app, operation) {
  const leave = new AbortController();
  const answer = await fetch(server.url, {
    method: 'POST',
    headers: {
      accept: app.acceptEvents, 'content-type': 'application/json', authorization: `Bearer ${operation.bearer}`, ...app.headers(operation.name),
    },
    body: JSON.stringify(app.request(operation)),
    signal: leave.signal,
  });
  assert.equal(answer.status, 200);
  const [media, ...parameters] = answer.headers.get('content-type').split(';').map((part) => part.trim());
  assert.equal(media, 'multipart/mixed');
  assert.ok(parameters.includes('subscriptionSpec=1.0'), `the form is ${parameters}`);
  const boundary = `--${parameters.find((parameter) => parameter.startsWith('boundary=')).slice(9).replaceAll('"', '')}`;
  let text = '';
  try {
    for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      assert.ok(text.includes(boundary), `a piece without a delimiter: ${text}`);
      const parts = text.split(boundary);
      text = parts.pop();
      for (const part of parts.filter((whole) => whole.trim())) {
        const [head, body] = part.split('\r\n\r\n');
        assert.equal(head.trim(), 'content-type: application/json');
        const { payload, errors } = JSON.parse(body);
        assert.equal(errors, undefined, 'errors beside the payload are faults of the network');
        if (payload) yield payload;
      }
    }
  } finally {
    leave.abort();
  }
}

for (const [label, app] of Object.entries({ 'Apollo iOS': iOS, 'Apollo Kotlin': kotlin, Flutter: flutter })) {
  test(`${label}: queries and mutations get plain JSON`, async () => {
    for (const method of ['POST', 'GET']) {
      const answer = await send(app, { ...FEED, method });
      assert.deepEqual(form(answer), plain(app), method);
      assert.equal(answer.data.homeFeed.edges.length, 3);
      assert.equal(answer.errors, undefined);
    }
    const like = {
      name: 'Like',
      query: 'mutation Like($input: LikePostInput!) { likePost(input: $input) { __typename post { __typename id likesCount isLikedByViewer } userErrors { __typename code message field } } }',
      variables: { input: { postId: (await send(app, FEED)).data.homeFeed.edges[2].node.id } },
    };
    const answer = await send(app, like);
    assert.deepEqual(form(answer), plain(app));
    assert.equal(answer.data.likePost.post.isLikedByViewer, true);
  });

  if (app !== flutter) test(`${label}: a document goes by its hash once the server has it`, async () => {
    const query = `query Spaces { spaces { __typename id name } ${label.replace(' ', '')}: __typename }`;
    const hash = sha256(query);
    const unknown = await send(app, { name: 'Spaces', hash, method: 'GET' });
    assert.deepEqual(form(unknown), plain(app));
    assert.deepEqual(unknown.errors.map(({ message }) => message), ['PersistedQueryNotFound']);
    for (const [method, text] of [['POST', query], ['GET'], ['POST']]) {
      const answer = await send(app, { name: 'Spaces', hash, query: text, method });
      assert.deepEqual(form(answer), plain(app));
      assert.ok(answer.data.spaces.length > 0);
    }
  });

  if (app !== flutter) test(`${label}: @defer gets parts that it can read`, async () => {
    const answer = await send(app, {
      name: 'Deferred',
      query: 'query Deferred { homeFeed(first: 2) { __typename nodes { __typename id title ...Comments @defer(label: "comments") } } } fragment Comments on Post { __typename comments(first: 1) { __typename nodes { __typename id } } }',
    });
    assert.deepEqual(form(answer), [200, 'multipart/mixed']);
    const parts = answer.text.split(/^--.*$/m).filter((part) => part.includes('{')).map((part) => JSON.parse(part.slice(part.indexOf('{'))));
    assert.equal(parts.length, 3);
    assert.ok(parts[0].data.homeFeed.nodes.every((post) => post.title && !('comments' in post)));
    assert.deepEqual(parts.map(({ hasNext }) => hasNext), [true, true, false]);
    const later = parts.slice(1).flatMap(({ incremental }) => incremental);
    assert.deepEqual(later.map(({ label: name }) => name), ['comments', 'comments']);
    assert.deepEqual(later.map(({ path }) => path).sort(), [['homeFeed', 'nodes', 0], ['homeFeed', 'nodes', 1]]);
    assert.ok(later.every(({ data }) => data.comments.nodes));
  });

  test(`${label}: errors of fields and of tokens are no faults of the network`, async () => {
    const tooMany = await send(app, { ...FEED, variables: { first: 1000 } });
    assert.deepEqual(form(tooMany), plain(app));
    assert.equal(tooMany.errors[0].extensions.code, 'BAD_USER_INPUT');
    const late = await send(app, { ...FEED, bearer: expired(token) });
    assert.deepEqual(form(late), plain(app));
    assert.deepEqual(late.errors[0].extensions, { code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' });
  });
  if (app !== flutter) test(`${label}: a subscription comes in parts, and says when its token ends`, async () => {
    const bearer = await login(server.url, label === 'Apollo iOS' ? 'jose@example.com' : 'arthur@example.com');
    const counts = subscribe(app, {
      name: 'Counts', bearer, query: 'subscription Counts { notificationCountsChanged { __typename id notifications } }',
    });
    const notifications = async () => (await counts.next()).value.data.notificationCountsChanged.notifications;
    assert.ok(await notifications() > 0);
    await ask(server.url, 'mutation { resetNewNotificationsCount { userErrors { message } } }', { token: bearer });
    assert.equal(await notifications(), 0);
    if (app !== iOS) { // below is a matter of ten seconds, and of the server alone
      await counts.return();
      return;
    }
    await ask(server.url, `mutation { revokeAccessToken(input: { accessToken: "${bearer}" }) { userErrors { message } } }`);
    const { value } = await counts.next();
    assert.equal(value.errors[0].extensions.code, 'UNAUTHENTICATED');
    assert.deepEqual(await counts.next(), { done: true, value: undefined });
  });
}

test('the configurations in the documentation can be read, and name every scalar', () => {
  const page = readFileSync(new URL('../docs/clients.md', import.meta.url), 'utf8');
  const schema = buildSchema(readFileSync(new URL('../graph/schema.graphql', import.meta.url), 'utf8'), { assumeValid: true });
  const scalars = Object.values(schema.getTypeMap()).filter((type) => isScalarType(type) && !isSpecifiedScalarType(type)).map(({ name }) => name);
  const part = (title) => page.split(/^## /m).find((text) => text.startsWith(title));
  const code = (title, language) => part(title).split('```' + language + '\n').slice(1).map((text) => text.split('```')[0]);
  assert.ok(JSON.parse(code('Swift', 'json')[0]).schemaNamespace);
  assert.equal(parse(code('Kotlin', 'graphql')[0]).definitions.length, 2);
  const [kotlinScalars] = code('Kotlin', 'kotlin');
  const [dartScalars] = code('Flutter', 'yaml');
  for (const name of scalars) {
    assert.match(part('Scalars'), new RegExp(`^\\| \`${name}\` .*\\|.*\\|.*\\|.*\\|.*\\|$`, 'm'), name);
    assert.ok(kotlinScalars.includes(`("${name}"`), `${name} for Kotlin`);
    assert.match(dartScalars, new RegExp(`^ +${name}: `, 'm'), `${name} for Dart`);
  }
});
