// The worked example of docs/deploy.md: a member's app signs in with a real OpenID Connect provider (authorization code
// with PKCE), the server has a real community's settings, and the sandbox plays Circle.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import Provider from 'oidc-provider';
import { ask, member, mint, sandbox, start } from './server.js';

const clientID = 'my-app';
const redirect = 'com.example.app:/signed-in';
let circle, account, provider, server;

before(async () => {
  circle = await sandbox();
  account = await ssoUserID(circle, member);
  provider = await openProvider();
  server = await start({
    env: {
      CIRCLE_URL: circle.url,
      CIRCLE_HEADLESS_TOKEN: circle.token,
      CIRCLEGRAPH_LOGIN: 'oidc',
      CIRCLEGRAPH_OIDC_ISSUER: provider.issuer,
      CIRCLEGRAPH_OIDC_AUDIENCE: clientID,
      CIRCLEGRAPH_SEAL_KEYS: randomBytes(32).toString('base64'),
    },
  });
});
after(async () => {
  await server?.stop();
  provider?.close();
  await circle?.stop();
});

test('an ID token of the provider signs its member in, to one session', async () => {
  const query = `mutation ($token: String!) {
    login(input: { identityToken: $token }) { accessToken refreshToken viewer { member { name } } userErrors { code } }
  }`;
  const token = await idToken(provider.issuer, account);
  const signIn = () => ask(server.url, query, { variables: { token } });
  const [{ data, errors }, again] = await Promise.all([signIn(), signIn()]); // as by StrictMode
  assert.equal(errors, undefined);
  assert.equal(data.login.viewer.member.name, 'Maya Fielding');

  const home = await ask(server.url, '{ homeFeed(first: 1) { nodes { title } } }', { token: data.login.accessToken });
  assert.ok(home.data.homeFeed.nodes[0].title);

  const refresh = `mutation ($token: String!) { refreshAccessToken(input: { refreshToken: $token }) { accessToken userErrors { code } } }`;
  const renewed = await ask(server.url, refresh, { variables: { token: data.login.refreshToken } });
  assert.deepEqual(renewed.data.refreshAccessToken.userErrors, []);

  assert.equal(again.data.login.accessToken, data.login.accessToken, 'the same sign-in at the same time');
  const claimed = await ask(server.url, 'mutation ($email: String!) { login(input: { email: $email }) { accessToken userErrors { code } } }', { variables: { email: member } });
  assert.equal(claimed.data?.login?.accessToken ?? null, null, 'a name is no proof');
});

/** The id under which a single sign-on would have made the member known to Circle: it is in the member's own token. */
async function ssoUserID(circle, email) {
  const jwt = await mint(circle, email);
  return JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url')).sso_user_id;
}

/** A provider on a free port. Its page for signing in is that for development: whoever names an account has it. */
async function openProvider() {
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const issuer = `http://127.0.0.1:${http.address().port}`;
  const oidc = new Provider(issuer, {
    clients: [{ client_id: clientID, redirect_uris: [redirect], application_type: 'native', token_endpoint_auth_method: 'none' }],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    cookies: { keys: [randomBytes(16).toString('hex')] },
  });
  http.on('request', oidc.callback());
  return { issuer, close: () => http.close() };
}

/** Does what an app and its member's browser do together, and gives the ID token. */
async function idToken(issuer, login) {
  const about = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  const verifier = randomBytes(32).toString('base64url');
  const start = new URL(about.authorization_endpoint);
  start.search = new URLSearchParams({
    client_id: clientID,
    redirect_uri: redirect,
    response_type: 'code',
    scope: 'openid',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const cookies = new Map();
  const visit = async (url, form) => {
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET',
      body: form && new URLSearchParams(form),
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      redirect: 'manual',
    });
    for (const cookie of answer.headers.getSetCookie()) cookies.set(...cookie.split(';')[0].split(/=(.*)/s));
    const next = answer.headers.get('location');
    return next ? new URL(next, url) : answer.text();
  };
  let page = start;
  for (const form of [{ prompt: 'login', login, password: 'anything' }, { prompt: 'consent' }]) {
    while (page instanceof URL && !page.pathname.startsWith('/interaction/')) page = await visit(page);
    page = await visit(page, form);
  }
  while (page.protocol === 'http:') page = await visit(page);
  const answer = await fetch(about.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code', client_id: clientID, redirect_uri: redirect, code: page.searchParams.get('code'), code_verifier: verifier,
    }),
  });
  return (await answer.json()).id_token;
}
