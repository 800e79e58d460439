import * as SecureStore from 'expo-secure-store';
import { session } from './session';

jest.mock('expo-secure-store', () => {
  const kept = new Map<string, string>();
  return {
    AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: 'afterFirstUnlockThisDeviceOnly',
    getItemAsync: jest.fn(async (key: string) => kept.get(key) ?? null),
    setItemAsync: jest.fn(async (key: string, text: string) => { kept.set(key, text); }),
    deleteItemAsync: jest.fn(async (key: string) => { kept.delete(key); }),
  };
});
const store = jest.mocked(SecureStore);

afterEach(() => {
  session.set(null);
  jest.clearAllMocks();
});

test('the phone keeps the refresh token, on this device only, and never the access token', async () => {
  session.set({ accessToken: 'short', accessTokenEndsAt: 1, refreshToken: 'long', memberId: 'maya' });
  const [, text, options] = store.setItemAsync.mock.calls[0]!;
  expect(JSON.parse(text)).toEqual({ refreshToken: 'long', memberId: 'maya' });
  expect(options).toEqual({ keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY });
});

test('a new access token is not written, a new refresh token is', () => {
  session.set({ accessToken: 'one', refreshToken: 'long', memberId: 'maya' });
  session.set({ accessToken: 'two', refreshToken: 'long', memberId: 'maya' });
  expect(store.setItemAsync).toHaveBeenCalledTimes(1);
  session.set({ accessToken: 'three', refreshToken: 'longer', memberId: 'maya' });
  expect(store.setItemAsync).toHaveBeenCalledTimes(2);
});

test('the next start finds the session; signing out forgets it', async () => {
  session.set({ accessToken: 'short', refreshToken: 'long', memberId: 'maya' });
  await session.restore();
  expect(session.current).toEqual({ refreshToken: 'long', memberId: 'maya' });
  session.set(null);
  await session.restore();
  expect(session.current).toBeNull();
});

test('a vault that cannot be opened holds nothing', async () => {
  store.getItemAsync.mockRejectedValueOnce(new Error('the key of the Keystore is gone'));
  await session.restore();
  expect(session.current).toBeNull();
});
