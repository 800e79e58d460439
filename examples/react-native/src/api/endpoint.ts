import { Platform } from 'react-native';

// An Android emulator reaches the machine that it runs on as 10.0.2.2; a phone needs an address that it can reach.
const here = Platform.select({ web: '/graphql', android: 'http://10.0.2.2:8080/graphql', default: 'http://127.0.0.1:8080/graphql' });

/** Where the graph is. */
export const url = Platform.OS === 'web' && typeof location === 'object'
  ? new URL(process.env.EXPO_PUBLIC_GRAPHQL_URL ?? here, location.href).href
  : process.env.EXPO_PUBLIC_GRAPHQL_URL ?? here;
