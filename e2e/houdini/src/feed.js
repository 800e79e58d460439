import { graphql } from '$houdini';

export const feed = graphql(`
  query Feed($first: Int!) {
    homeFeed(first: $first, order: LATEST) { nodes { id title likesCount author { name } ... on Event { startsAt } } }
  }
`);

export const like = graphql(`
  mutation Like($input: LikePostInput!) { likePost(input: $input) { post { id likesCount } userErrors { code } } }
`);
