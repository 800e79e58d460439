import { randomUUID } from 'expo-crypto';

/** A key for something that is sent once, however often the network makes an app repeat it. */
export const newKey = () => randomUUID();
