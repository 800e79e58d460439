interface ImportMetaEnv {
  /** The endpoint, if it is not `/graphql` of the page's own origin. */
  readonly VITE_GRAPHQL_URL?: string;
  /** The address of the community's own pages, whose links open in the app. */
  readonly VITE_COMMUNITY_URL?: string;
}
