// urql: queries by GET, which is its default, its cache of documents, persisted queries and renewal of tokens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, cacheExchange, fetchExchange, gql } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { persistedExchange } from '@urql/exchange-persisted';
import { expired, session, start } from './server.js';

let server;
let tokens;
before(async () => {
  server = await start();
  tokens = await session(server.url);
});
after(() => server.stop());

const REFRESH = gql`mutation Refresh($refreshToken: String!) {
  refreshAccessToken(input: { refreshToken: $refreshToken }) { accessToken refreshToken userErrors { code message } }
}`;

/** A client that holds its tokens, with what it sent to the server and got back. */
function signedIn({ accessToken, refreshToken } = tokens, before = []) {
  const exchanged = [];
  const client = new Client({
    url: server.url,
    fetch: async (url, request) => {
      const answer = await fetch(url, request);
      exchanged.push({ url: String(url), ...request, answer });
      return answer;
    },
    exchanges: [cacheExchange, authExchange(async (utilities) => ({
      addAuthToOperation: (operation) => utilities.appendHeaders(operation, { authorization: `Bearer ${accessToken}` }),
      didAuthError: ({ graphQLErrors }) => graphQLErrors.some(({ extensions }) => extensions.reason === 'TOKEN_EXPIRED'),
      refreshAuth: async () => {
        const { data } = await utilities.mutate(REFRESH, { refreshToken });
        ({ accessToken, refreshToken } = data.refreshAccessToken);
      },
    })), ...before, fetchExchange],
  });
  return { client, exchanged };
}

const FEED = gql`query Feed($first: Int!) {
  homeFeed(first: $first) { nodes { id title likesCount isLikedByViewer } }
}`;
const LIKE = gql`mutation Like($id: ID!) { likePost(input: { postId: $id }) { post { id likesCount } userErrors { code } } }`;

test('queries go by GET and mutations by POST, and both are answered by plain JSON', async () => {
  const { client, exchanged } = signedIn();
  const { data, error } = await client.query(FEED, { first: 5 });
  assert.equal(error, undefined);
  const liked = await client.mutation(LIKE, { id: data.homeFeed.nodes.find((post) => !post.isLikedByViewer).id });
  assert.equal(liked.error, undefined);
  assert.deepEqual(exchanged.map(({ method }) => method), ['GET', 'POST']);
  for (const { headers, answer } of exchanged) {
    assert.match(new Headers(headers).get('accept'), /text\/event-stream.*multipart\/mixed/);
    assert.match(answer.headers.get('content-type'), /^application\/graphql-response\+json/);
  }
});

test('a mutation makes queries for the same types ask again', async () => {
  const { client, exchanged } = signedIn();
  const first = await client.query(FEED, { first: 10 });
  assert.deepEqual((await client.query(FEED, { first: 10 })).data, first.data);
  assert.equal(exchanged.length, 1, 'the second answer came from the cache');
  const post = first.data.homeFeed.nodes.find(({ isLikedByViewer }) => !isLikedByViewer);
  await client.mutation(LIKE, { id: post.id });
  const again = await client.query(FEED, { first: 10 });
  assert.equal(again.data.homeFeed.nodes.find(({ id }) => id === post.id).likesCount, post.likesCount + 1);
  assert.equal(exchanged.length, 3);
});

test('persisted queries go by their hash, and as a whole only once', async () => {
  const ask = async () => {
    const { client, exchanged } = signedIn(tokens, [persistedExchange()]);
    const { data } = await client.query(gql`query Persisted { spaces { id name } }`, {});
    assert.ok(data.spaces.length > 0);
    return exchanged;
  };
  assert.equal((await ask()).length, 2);
  const [hashed, ...more] = await ask();
  assert.equal(more.length, 0);
  assert.equal(hashed.method, 'GET');
  assert.equal(new URL(hashed.url).searchParams.get('query'), null);
});

test('an expired access token is renewed, what failed is repeated, and the next query has the new one', async () => {
  const { accessToken, refreshToken } = await session(server.url);
  const { client, exchanged } = signedIn({ accessToken: expired(accessToken), refreshToken });
  assert.equal((await client.query(FEED, { first: 1 })).data.homeFeed.nodes.length, 1);
  assert.ok((await client.query(gql`query Spaces { spaces { id } }`, {})).data.spaces.length > 0);
  assert.equal(exchanged.length, 4, 'one refused, one refresh, one repeated, one more');
});

test('errors have their codes, and what came with them is there', async () => {
  const { client } = signedIn();
  const { data, error } = await client.query(gql`query Partly { spaces { id } homeFeed(first: 1000) { nodes { id } } }`, {});
  assert.ok(data.spaces.length > 0);
  assert.equal(error.networkError, undefined);
  assert.deepEqual(error.graphQLErrors.map(({ extensions, path }) => [extensions.code, path]), [['BAD_USER_INPUT', ['homeFeed']]]);
  const unknown = await client.query(gql`query Unknown { noSuchField }`, {});
  assert.equal(unknown.error.networkError, undefined);
  assert.equal(unknown.error.graphQLErrors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
});

test('@defer shows the page first and its slow part later', async () => {
  const { client, exchanged } = signedIn();
  const seen = [];
  await new Promise((resolve) => {
    const { unsubscribe } = client.query(gql`query Deferred {
      homeFeed(first: 2) { nodes { id title ... @defer { comments(first: 2) { nodes { id } } } } }
    }`, {}).subscribe((result) => {
      assert.equal(result.error, undefined);
      seen.push(result);
      if (!result.hasNext) queueMicrotask(() => resolve(unsubscribe()));
    });
  });
  assert.ok(seen.length > 1);
  assert.ok(seen[0].data.homeFeed.nodes.every(({ title, comments }) => title && comments === undefined));
  assert.ok(seen.at(-1).data.homeFeed.nodes.every(({ comments }) => comments.nodes));
  assert.match(exchanged[0].answer.headers.get('content-type'), /^multipart\/mixed/);
});
