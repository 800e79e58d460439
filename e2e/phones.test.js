// What Apollo iOS 2 and Apollo Kotlin 5 send, header by header. Neither runs here; both take any status but 2xx for a fault
// of the network, look for the message PersistedQueryNotFound, and read plain JSON or Apollo's multipart.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { expired, login, start } from './server.js';

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
  request: ({ name, query, variables = {}, hash }) => ({
    operationName: name,
    variables,
    ...(query && { query }),
    ...(hash && { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }),
  }),
  headers: () => ({}),
  getHeaders: { 'apollo-require-preflight': 'true' },
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
const plain = [200, 'application/graphql-response+json'];

for (const [label, app] of Object.entries({ 'Apollo iOS': iOS, 'Apollo Kotlin': kotlin })) {
  test(`${label}: queries and mutations get plain JSON`, async () => {
    for (const method of ['POST', 'GET']) {
      const answer = await send(app, { ...FEED, method });
      assert.deepEqual(form(answer), plain, method);
      assert.equal(answer.data.homeFeed.edges.length, 3);
      assert.equal(answer.errors, undefined);
    }
    const like = {
      name: 'Like',
      query: 'mutation Like($input: LikePostInput!) { likePost(input: $input) { __typename post { __typename id likesCount isLikedByViewer } userErrors { __typename code message field } } }',
      variables: { input: { postId: (await send(app, FEED)).data.homeFeed.edges[2].node.id } },
    };
    const answer = await send(app, like);
    assert.deepEqual(form(answer), plain);
    assert.equal(answer.data.likePost.post.isLikedByViewer, true);
  });

  test(`${label}: a document goes by its hash once the server has it`, async () => {
    const query = `query Spaces { spaces { __typename id name } ${label.replace(' ', '')}: __typename }`;
    const hash = sha256(query);
    const unknown = await send(app, { name: 'Spaces', hash, method: 'GET' });
    assert.deepEqual(form(unknown), plain);
    assert.deepEqual(unknown.errors.map(({ message }) => message), ['PersistedQueryNotFound']);
    for (const [method, text] of [['POST', query], ['GET'], ['POST']]) {
      const answer = await send(app, { name: 'Spaces', hash, query: text, method });
      assert.deepEqual(form(answer), plain);
      assert.ok(answer.data.spaces.length > 0);
    }
  });

  test(`${label}: @defer gets parts that it can read`, async () => {
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
    assert.deepEqual(form(tooMany), plain);
    assert.equal(tooMany.errors[0].extensions.code, 'BAD_USER_INPUT');
    const late = await send(app, { ...FEED, bearer: expired(token) });
    assert.deepEqual(form(late), plain);
    assert.deepEqual(late.errors[0].extensions, { code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' });
  });
}
