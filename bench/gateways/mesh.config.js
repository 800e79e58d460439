// Composes the supergraph for Hive Gateway from Circle's own contract, which is read where it lies and never kept. CONTRACT is
// its file, CIRCLE the address of the API.
import { readFileSync } from 'node:fs';
import { defineConfig } from '@graphql-mesh/compose-cli';
import { loadOpenAPISubgraph } from '@omnigraph/openapi';
import { parse } from 'yaml';

const { CONTRACT, CIRCLE } = process.env;

// Changes what keeps GraphQL from calling an operation, or its answers from fitting the schema that is made of them.
function patch(value) {
  if (Array.isArray(value)) return value.forEach(patch);
  if (value === null || typeof value !== 'object') return;
  if (value.oneOf?.every(({ type }) => type === 'integer' || type === 'string')) {
    value.type = value.oneOf[0].type; // "a number or a text" is no GraphQL input
    delete value.oneOf;
  }
  if (value.type === 'integer') {
    value.format = 'int64'; // numbers of comments exceed 32 bits
    delete value.minimum;
  }
  if (value.responses) {
    // A union with each shape of error would have to be taken apart in every query.
    value.responses = Object.fromEntries(Object.entries(value.responses).filter(([status]) => status.startsWith('2')));
  }
  Object.values(value).forEach(patch);
}

const contract = parse(readFileSync(CONTRACT, 'utf8'));
patch(contract);
// Authors have their number in all examples, but not in the schema.
contract.components.schemas.shared_community_member.properties.community_member_id = { type: 'integer', format: 'int64' };

// The two relations that the queries follow. A join is batched (`keysArg`) where the source has a list by numbers; Circle has
// none, of comments or of profiles, so each is a call. A number among `sourceArgs` would be passed over in silence: it is text.
const relations = /* GraphQL */ `
  extend type post {
    first_comments: comments
      @resolveTo(
        sourceName: "circle"
        sourceTypeName: "Query"
        sourceFieldName: "api_headless_v1_posts_by_post_id_comments"
        requiredSelectionSet: "{ id }"
        sourceArgs: { post_id: "{root.id}", per_page: "10" }
      )
  }
  extend type shared_community_member {
    profile: public_profile
      @resolveTo(
        sourceName: "circle"
        sourceTypeName: "Query"
        sourceFieldName: "api_headless_v1_community_members_by_community_member_id_public_profile"
        requiredSelectionSet: "{ community_member_id }"
        sourceArgs: { community_member_id: "{root.community_member_id}" }
      )
  }
`;

export const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadOpenAPISubgraph('circle', {
        source: contract,
        endpoint: CIRCLE,
        operationHeaders: { Authorization: '{context.headers.authorization}' },
      }),
    },
  ],
  additionalTypeDefs: relations,
});
