export default {
  schemaPath: './schema.graphql',
  include: 'src/**/*.js',
  watchSchema: null,
  scalars: Object.fromEntries(['Date', 'DateTime', 'JSON', 'Long', 'URL'].map((name) => [name, { type: 'string' }])),
  types: { Viewer: { keys: [], resolve: { queryField: 'viewer' } } },
};
