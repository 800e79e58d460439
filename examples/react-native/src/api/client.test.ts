import { gql } from 'urql';
import { createClient } from './client';
import { session } from './session';
import { freshToken } from './tokens';

jest.mock('expo-secure-store', () => ({ setItemAsync: async () => undefined, deleteItemAsync: async () => undefined }));
jest.mock('graphql-ws', () => ({ createClient: () => ({ subscribe: () => () => undefined, terminate: () => undefined, dispose: () => undefined }) }));

const Counts = gql`query TestCounts { viewer { id notificationCounts { id notifications } } }`;
const counts = { viewer: { __typename: 'Viewer', id: 'v', notificationCounts: { __typename: 'NotificationCounts', id: 'n', notifications: 3 } } };
const refusal = (reason: string) => ({ data: null, errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED', reason } }] });

type Sent = { operation: string; token?: string };
type Answer = (sent: Sent) => object | Promise<object>;

/** Answers as the server would, and notes what was sent. */
function serve(answer: Answer) {
  const all: Sent[] = [];
  globalThis.fetch = (async (_: string, { body, headers }: RequestInit) => {
    const sent = { operation: (JSON.parse(String(body)) as { operationName: string }).operationName, token: new Headers(headers).get('authorization')?.slice(7) };
    all.push(sent);
    return new Response(JSON.stringify(await answer(sent)), { headers: { 'content-type': 'application/json' } });
  }) as typeof fetch;
  return all;
}

const renewed = { data: { refreshAccessToken: { __typename: 'RefreshAccessTokenPayload', accessToken: 'new', accessTokenExpiresAt: '2099-01-01T00:00:00.000Z', refreshToken: 'newer', userErrors: [] } } };
const soon = () => Date.now() + 3_600_000;

test('without an access token one is got first, once for all that wait, and the new refresh token is kept', async () => {
  session.set({ refreshToken: 'old', memberId: 'maya' });
  const sent = serve(({ operation }) => (operation === 'Refresh' ? renewed : { data: counts }));
  const { client } = createClient();
  const both = await Promise.all([client.query(Counts, {}).toPromise(), client.query(Counts, {}, { requestPolicy: 'network-only' }).toPromise()]);
  for (const { data, error } of both) expect([data?.viewer?.notificationCounts?.notifications, error]).toEqual([3, undefined]);
  expect(sent.filter(({ operation }) => operation === 'Refresh')).toEqual([{ operation: 'Refresh', token: undefined }]);
  expect(sent.filter(({ operation }) => operation === 'TestCounts').every(({ token }) => token === 'new')).toBe(true);
  expect(session.current?.refreshToken).toBe('newer');
});

test('a socket that opens while a query waits for a token waits for the same one', async () => {
  session.set({ refreshToken: 'old', memberId: 'maya' });
  const sent = serve(({ operation }) => (operation === 'Refresh' ? renewed : { data: counts }));
  const [token] = await Promise.all([freshToken(), createClient().client.query(Counts, {}).toPromise()]);
  expect(token).toBe('new');
  expect(sent.map(({ operation }) => operation)).toEqual(['Refresh', 'TestCounts']);
});

test('a phone whose clock is wrong learns from the answer that its token has ended, and repeats the query', async () => {
  session.set({ accessToken: 'late', accessTokenEndsAt: soon(), refreshToken: 'old', memberId: 'maya' });
  const sent = serve(({ operation, token }) => (operation === 'Refresh' ? renewed : token === 'late' ? refusal('TOKEN_EXPIRED') : { data: counts }));
  const { data } = await createClient().client.query(Counts, {}).toPromise();
  expect(data?.viewer?.notificationCounts?.notifications).toBe(3);
  expect(sent.map(({ operation }) => operation)).toEqual(['TestCounts', 'Refresh', 'TestCounts']);
});

test.each([
  ['a token that was revoked ends the session', () => refusal('TOKEN_REVOKED'), true],
  ['a refresh that is refused ends the session', ({ operation }) => (operation === 'Refresh' ? { data: { refreshAccessToken: { userErrors: [{ code: 'NOT_PROVEN' }] } } } : refusal('TOKEN_EXPIRED')), true],
  ['a network that fails does not', ({ operation }) => (operation === 'Refresh' ? Promise.reject(new Error('no network')) : refusal('TOKEN_EXPIRED')), false],
] as [string, Answer, boolean][])('%s', async (_, answer, isOver) => {
  session.set({ accessToken: 'late', accessTokenEndsAt: soon(), refreshToken: 'old', memberId: 'maya' });
  serve(answer);
  const { error } = await createClient().client.query(Counts, {}).toPromise();
  expect(error).toBeDefined();
  expect(session.current === null).toBe(isOver);
});
