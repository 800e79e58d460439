// Starts the real server, with the sandbox behind it, on a free port.
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A member of the sandbox without special traits. */
export const member = 'member@example.com';

/**
 * Builds the server, unless one is given or CIRCLEGRAPH names one, and starts it. End it with `stop` in an `after` hook, or give the
 * test context `t` and it ends with the test.
 *
 * @param {object} [options]
 * @param {string[]} [options.args] flags, such as ['--cors-origins', 'https://app.example.com']
 * @param {string} [options.binary] the server
 * @param {Record<string, string>} [options.env] settings, such as { CIRCLEGRAPH_INTROSPECTION: 'false' }
 * @param {import('node:test').TestContext} [options.t]
 * @returns {Promise<{ url: string, socketURL: string, log: () => string, stop: (signal?: NodeJS.Signals) => Promise<number> }>}
 */
export async function start({ args = [], binary = process.env.CIRCLEGRAPH, env = {}, t } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'circlegraph-'));
  if (!binary) {
    binary = join(directory, 'circlegraph');
    execFileSync('go', ['build', '-o', binary, '.'], { cwd: root, stdio: 'inherit' });
  }
  const server = spawn(binary, ['--listen', '127.0.0.1:0', ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise((resolve) => server.once('exit', resolve));
  let log = '';
  const address = await new Promise((resolve, reject) => {
    server.stderr.setEncoding('utf8').on('data', (text) => {
      log += text;
      const serving = /msg=serving address=(\S+)/.exec(log);
      if (serving) resolve(serving[1]);
    });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
  });
  const stop = async (signal = 'SIGTERM') => {
    server.kill(signal);
    const code = await exited;
    rmSync(directory, { recursive: true });
    return code;
  };
  t?.after(() => stop());
  return { url: `http://${address}/graphql`, socketURL: `ws://${address}/graphql`, log: () => log, stop };
}

/**
 * Starts the sandbox by itself, in the place of Circle, with a Headless Auth token of its own.
 *
 * @param {string[]} [args] flags, such as ['-token-life', '5s']
 * @returns {Promise<{ url: string, token: string, stop: () => Promise<number> }>}
 */
export async function sandbox(args = []) {
  const directory = mkdtempSync(join(tmpdir(), 'circlegraph-'));
  const binary = join(directory, 'sandbox');
  execFileSync('go', ['build', '-o', binary, './sandbox/cmd'], { cwd: root, stdio: 'inherit' });
  const token = randomUUID();
  const circle = spawn(binary, ['-listen', '127.0.0.1:0', '-token', token, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => circle.once('exit', resolve));
  let said = '';
  const url = await new Promise((resolve, reject) => {
    circle.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      const serving = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (serving) resolve(serving[0]);
    });
    circle.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}:\n${said}`)));
  });
  const stop = async () => {
    circle.kill();
    const code = await exited;
    rmSync(directory, { recursive: true });
    return code;
  };
  return { url, token, stop };
}

/** An access token of a member, by e-mail address, from the sandbox that plays Circle. */
export async function mint({ url, token }, email = member) {
  const answer = await fetch(`${url}/api/v1/headless/auth_token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  });
  return (await answer.json()).access_token;
}

/** Sends one operation by POST and gives the answer's JSON, errors and all. */
export async function ask(url, query, { variables, token } = {}) {
  const headers = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return answer.json();
}

/** Signs a member of the sandbox in and gives both tokens. */
export async function session(url, email = member) {
  const query = 'mutation ($email: String!) { login(input: { email: $email }) { accessToken refreshToken } }';
  const answer = await ask(url, query, { variables: { email } });
  return answer.data.login;
}

/** Signs a member of the sandbox in and gives the access token. */
export async function login(url, email = member) {
  return (await session(url, email)).accessToken;
}

/** An access token as it is a second after its hour. The server believes what a token says against itself. */
export function expired(accessToken) {
  const [head, body, signature] = accessToken.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url'));
  claims.exp = Math.floor(Date.now() / 1000) - 3600;
  return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}
