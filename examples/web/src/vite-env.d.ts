interface ImportMetaEnv {
  /** The endpoint, if it is not `/graphql` of the page's own origin. */
  readonly VITE_GRAPHQL_URL?: string;
}
