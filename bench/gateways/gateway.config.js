// Hive Gateway shares equal requests by itself where the source speaks GraphQL. Where it speaks REST, this plugin of its makers
// does it, within one query. Requests of several clients are not shared: each has a token of its own.
import { defineConfig } from '@graphql-hive/gateway';
import { useDeduplicateRequest } from '@graphql-hive/plugin-deduplicate-request';

export const gatewayConfig = defineConfig({ plugins: () => [useDeduplicateRequest()] });
