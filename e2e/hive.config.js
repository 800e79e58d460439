// Hive Gateway as docs/federation.md has it: each member is asked for with their own token.
import { defineConfig } from '@graphql-hive/gateway';

export const gatewayConfig = defineConfig({
  propagateHeaders: {
    fromClientToSubgraphs({ request }) {
      const authorization = request.headers.get('authorization');
      if (authorization) return { authorization };
    },
  },
});
