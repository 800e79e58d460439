import * as SecureStore from 'expo-secure-store';

const key = 'session';
// Readable after the first unlocking, so that a push may open the app; never in a backup, and on no other phone.
const options = { keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY };

/** A small text that outlives the app: in the Keychain, or encrypted with a key of Android's Keystore. */
export const vault = {
  read: () => SecureStore.getItemAsync(key, options),
  keep: (text: string) => SecureStore.setItemAsync(key, text, options),
  forget: () => SecureStore.deleteItemAsync(key, options),
};
