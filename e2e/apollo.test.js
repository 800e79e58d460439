// Apollo Client: what a web app gets from its cache, its links and @defer without settings of its own but those that
// Apollo's manual has for any server.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { buildSchema, isAbstractType } from 'graphql';
import { from, switchMap } from 'rxjs';
import { expired, login, session, start } from './server.js';

// What Apollo's cache must be told of any schema: which types an interface has, which list is shown page by page, and
// that parts of a value without an id live side by side.
const schema = buildSchema(readFileSync(new URL('../graph/schema.graphql', import.meta.url), 'utf8'));
const possibleTypes = Object.fromEntries(Object.values(schema.getTypeMap()).filter(isAbstractType)
  .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]));
const typePolicies = {
  Query: { fields: { homeFeed: relayStylePagination(['orderBy']) } },
  RichText: { merge: true },
};

let server;
let token;
before(async () => {
  server = await start();
  token = await login(server.url);
});
after(() => server.stop());

/**
 * A client that is signed in, with what it sent to the server.
 *
 * @param {object} [options]
 * @param {ApolloLink[]} [options.links] to stand before the one that sends
 * @param {() => string} [options.bearer] the access token of the moment
 */
function signedIn({ links = [], bearer = () => token } = {}) {
  const requests = [];
  const fetchAndNote = (url, request) => {
    requests.push({ url: String(url), ...request });
    return fetch(url, request);
  };
  const auth = new SetContextLink(({ headers }) => ({ headers: { ...headers, authorization: `Bearer ${bearer()}` } }));
  const client = new ApolloClient({
    link: ApolloLink.from([...links, auth, new HttpLink({ uri: server.url, fetch: fetchAndNote })]),
    cache: new InMemoryCache({ possibleTypes, typePolicies }),
    incrementalHandler: new Defer20220824Handler(),
    devtools: { enabled: false },
  });
  return { client, requests };
}

/** Gathers the data of a watched query, and waits until one of them is as wished or an error comes. */
function watch(client, options) {
  const seen = [];
  let check = () => {};
  const query = client.watchQuery(options);
  const subscription = query.subscribe((result) => {
    if (result.dataState !== 'empty') seen.push(result.data);
    check(result.error);
  });
  const until = (wanted) => new Promise((resolve, reject) => {
    check = (error) => {
      if (error) reject(error);
      if (seen.length > 0 && wanted(seen.at(-1))) resolve(seen.at(-1));
    };
    check();
  });
  return { query, seen, until, stop: () => subscription.unsubscribe() };
}

const FEED = gql`query Feed($first: Int!, $after: String) {
  homeFeed(first: $first, after: $after) {
    edges { cursor node { id title likesCount isLikedByViewer } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const ONE = gql`query One($id: ID!) { post(by: { id: $id }) { id likesCount isLikedByViewer commentsCount } }`;
const LIKE = gql`mutation Like($id: ID!) {
  likePost(input: { postId: $id }) { post { id likesCount isLikedByViewer } userErrors { code message } }
}`;

test('a like on one screen is seen on another, first as hoped for, then as it is', async () => {
  const { client, requests } = signedIn();
  const feed = watch(client, { query: FEED, variables: { first: 10 } });
  const { homeFeed } = await feed.until((data) => data.homeFeed);
  const { node: post } = homeFeed.edges.find(({ node }) => !node.isLikedByViewer);
  const one = watch(client, { query: ONE, variables: { id: post.id } });
  await one.until((data) => data.post);
  assert.equal(requests.length, 2);
  await setImmediate(); // the client has one of its turns to end before it shows what a person does next

  const hope = { __typename: post.__typename, id: post.id, isLikedByViewer: true, likesCount: 1000 };
  const liked = client.mutate({
    mutation: LIKE,
    variables: { id: post.id },
    optimisticResponse: { likePost: { __typename: 'LikePostPayload', post: hope, userErrors: [] } },
  });
  await one.until((data) => data.post.likesCount === 1000);
  const { data } = await liked;
  assert.deepEqual(data.likePost.userErrors, []);
  for (const screen of [one, feed]) await screen.until((seen) => likes(seen, post.id) === post.likesCount + 1);
  assert.deepEqual(one.seen.map((seen) => seen.post.likesCount), [post.likesCount, 1000, post.likesCount + 1]);
  assert.deepEqual(feed.seen.map((seen) => likes(seen, post.id)), [post.likesCount, 1000, post.likesCount + 1]);
  assert.equal(requests.length, 3, 'two queries and the mutation');
  feed.stop();
  one.stop();
});

/** The likes of a post in the answer to either query. */
const likes = (data, id) => (data.post ?? data.homeFeed.edges.find(({ node }) => node.id === id).node).likesCount;

test('a refused like takes back what was hoped for', async () => {
  const { client } = signedIn();
  const { data: { homeFeed } } = await client.query({ query: FEED, variables: { first: 1 } });
  const { node: post } = homeFeed.edges[0];
  const one = watch(client, { query: ONE, variables: { id: post.id } });
  await one.until((data) => data.post);
  const wrong = client.mutate({
    mutation: gql`mutation { likePost(input: { postId: "nonsense" }) { post { id likesCount } userErrors { code } } }`,
    optimisticResponse: { likePost: { __typename: 'LikePostPayload', post: { ...post, likesCount: 1000 }, userErrors: [] } },
  });
  await assert.rejects(wrong, (error) => CombinedGraphQLErrors.is(error) && error.errors[0].extensions.code === 'BAD_USER_INPUT');
  assert.equal((await one.until((data) => data.post.likesCount !== 1000)).post.likesCount, post.likesCount);
  one.stop();
});

test('relayStylePagination joins pages, also of different sizes', async () => {
  const { client, requests } = signedIn();
  const whole = await signedIn().client.query({ query: FEED, variables: { first: 5 } });

  const feed = watch(client, { query: FEED, variables: { first: 2 } });
  const { homeFeed } = await feed.until((data) => data.homeFeed);
  assert.equal(homeFeed.edges.length, 2);
  await feed.query.fetchMore({ variables: { first: 3, after: homeFeed.pageInfo.endCursor } });
  const joined = await feed.until((data) => data.homeFeed.edges.length > 2);
  assert.deepEqual(joined, whole.data, 'nothing twice, nothing left out, and the same place to go on from');
  assert.equal(requests.length, 2);
  feed.stop();
});

test('screens with different parts of the viewer live side by side, and a mutation reaches both', async () => {
  const { client, requests } = signedIn();
  const badge = watch(client, { query: gql`query Badge { viewer { id notificationCounts { id notifications } } }` });
  assert.ok((await badge.until((data) => data.viewer)).viewer.notificationCounts.notifications > 0);
  const inbox = watch(client, { query: gql`query Inbox { viewer { id email notificationCounts { id inbox mentions } } }` });
  await inbox.until((data) => data.viewer);
  await client.query({ query: gql`query Name { viewer { id member { id name } } }` });
  await setImmediate();
  await client.mutate({ mutation: gql`mutation Seen {
    resetNewNotificationsCount { viewer { id notificationCounts { id notifications } } userErrors { code } }
  }` });
  await badge.until(({ viewer }) => viewer.notificationCounts.notifications === 0);
  assert.equal(requests.length, 4, 'nothing is fetched again');
  badge.stop();
  inbox.stop();
});

test('@defer shows the page first and its slow part later', async () => {
  const { client, requests } = signedIn();
  const page = watch(client, {
    query: gql`query Deferred {
      homeFeed(first: 2) { nodes { id title ...Comments @defer } }
    }
    fragment Comments on Post { comments(first: 2) { nodes { id body { plainText } } } }`,
  });
  const { homeFeed } = await page.until((data) => data.homeFeed.nodes.every((post) => post.comments));
  assert.equal(page.seen[0].homeFeed.nodes[0].comments, undefined, 'it came in one piece');
  assert.ok(homeFeed.nodes[0].title);
  assert.match(new Headers(requests[0].headers).get('accept'), /deferSpec=20220824/);
  page.stop();
});

test('a persisted query is sent by its hash, and as a whole only once', async () => {
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  const query = gql`query Persisted { spaces { id name } }`;
  for (const useGETForHashedQueries of [false, true]) {
    const first = signedIn({ links: [new PersistedQueryLink({ sha256, useGETForHashedQueries })] });
    const { data } = await first.client.query({ query });
    assert.ok(data.spaces.length > 0);
    const again = signedIn({ links: [new PersistedQueryLink({ sha256, useGETForHashedQueries })] });
    await again.client.query({ query });
    assert.equal(first.requests.length, useGETForHashedQueries ? 1 : 2, 'the second client finds what the first one left');
    assert.deepEqual(again.requests.map(({ method }) => method), [useGETForHashedQueries ? 'GET' : 'POST']);
    assert.ok(!/query Persisted/.test(again.requests[0].body ?? again.requests[0].url));
  }
});

test('errors have their codes, and what came with them is there', async () => {
  const { client } = signedIn();
  const query = gql`query Partly { spaces { id } homeFeed(first: 1000) { nodes { id } } }`;
  await assert.rejects(client.query({ query }), (error) => {
    assert.ok(CombinedGraphQLErrors.is(error));
    assert.equal(error.errors[0].extensions.code, 'BAD_USER_INPUT');
    assert.deepEqual(error.errors[0].path, ['homeFeed']);
    return true;
  });
  const { data, error } = await client.query({ query, errorPolicy: 'all' });
  assert.ok(data.spaces.length > 0);
  assert.equal(data.homeFeed, null);
  assert.equal(error.errors.length, 1);

  const unknown = gql`query Unknown { noSuchField }`;
  await assert.rejects(client.query({ query: unknown }), (error) => {
    assert.ok(CombinedGraphQLErrors.is(error), 'and no fault of the network');
    return error.errors[0].extensions.code === 'GRAPHQL_VALIDATION_FAILED';
  });
});

test('an expired access token is renewed once, and what failed is repeated', async () => {
  const { accessToken, refreshToken } = await session(server.url);
  let current = expired(accessToken);
  let refreshing;
  const { client, requests } = signedIn({
    bearer: () => current,
    links: [new ErrorLink(({ error, operation, forward }) => {
      const renew = CombinedGraphQLErrors.is(error)
        && error.errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED' && extensions.reason === 'TOKEN_EXPIRED');
      const { renewed, headers } = operation.getContext();
      if (!renew || renewed) return undefined;
      operation.setContext({ renewed: true });
      if (headers.authorization !== `Bearer ${current}`) return forward(operation); // it was renewed meanwhile
      refreshing ??= client.mutate({
        mutation: gql`mutation Refresh($refreshToken: String!) {
          refreshAccessToken(input: { refreshToken: $refreshToken }) { accessToken refreshToken userErrors { code message } }
        }`,
        variables: { refreshToken },
        fetchPolicy: 'no-cache',
      }).then(({ data }) => { current = data.refreshAccessToken.accessToken; }).finally(() => { refreshing = undefined; });
      return from(refreshing).pipe(switchMap(() => forward(operation)));
    })],
  });
  const [feed, spaces] = await Promise.all([
    client.query({ query: FEED, variables: { first: 1 } }),
    client.query({ query: gql`query Spaces { spaces { id } }` }),
  ]);
  assert.equal(feed.data.homeFeed.edges.length, 1);
  assert.ok(spaces.data.spaces.length > 0);
  assert.equal(requests.length, 5, 'two refused, one refresh, two repeated');
});
