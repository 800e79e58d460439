import { graphql } from '$houdini';

export const notifications = graphql(`
  fragment Notifications on Viewer @arguments(count: { type: "Int!" }) {
    notifications(first: $count) @paginate { edges { node { id title } } }
  }
`);

export const comments = graphql(`
  fragment Comments on BasicPost @arguments(count: { type: "Int!" }) {
    comments(first: $count) @paginate { edges { node { id createdAt } } }
  }
`);

export const home = graphql(`
  query Home($count: Int!) {
    viewer { ...Notifications @with(count: $count) }
    homeFeed(first: $count) { nodes { id ...Comments @with(count: $count) } }
  }
`);
