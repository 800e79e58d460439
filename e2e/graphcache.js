// The `keys` of urql's graphcache, as docs/clients.md has them: what has no id is part of what it hangs on.

/** @param {{ __schema: import('graphql').IntrospectionSchema }} schema */
export const graphcacheKeys = ({ __schema: { types } }) => Object.fromEntries(types
  .filter(({ kind, fields }) => kind === 'OBJECT' && !fields.some(({ name }) => name === 'id'))
  .map(({ name }) => [name, () => null]));
