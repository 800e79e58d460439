// The documents of an app, as Relay has them: beside the components that read them. The compiler reads this file; the test
// reads what the compiler writes.
import { graphql } from 'relay-runtime';

graphql`mutation feedLoginMutation($email: String!) {
  login(input: { email: $email }) { accessToken userErrors { code message } }
}`;

graphql`query feedQuery($first: Int!) { ...feed_list @arguments(first: $first) }`;

graphql`fragment feed_list on Query
  @argumentDefinitions(first: { type: "Int!" }, after: { type: "String" })
  @refetchable(queryName: "feedPaginationQuery") {
  homeFeed(first: $first, after: $after) @connection(key: "feed_homeFeed") {
    edges { node { id ...feed_post } }
  }
}`;

// An interface: the compiler makes the query that fetches any kind of post again by its id, through the field node.
graphql`fragment feed_post on Post @refetchable(queryName: "feedPostQuery") {
  title
  likesCount
  isLikedByViewer
  author { name }
}`;

graphql`mutation feedLikeMutation($input: LikePostInput!) {
  likePost(input: $input) { post { ...feed_post } userErrors { code message } }
}`;

graphql`mutation feedCommentMutation($input: CreateCommentInput!, $connections: [ID!]!) {
  createComment(input: $input) {
    comment @appendNode(connections: $connections, edgeTypeName: "CommentEdge") { id body { plainText } }
    post { commentsCount }
    userErrors { code message }
  }
}`;

graphql`query feedCommentsQuery($id: ID!) {
  post(by: { id: $id }) {
    commentsCount
    comments(first: 20) @connection(key: "feed_comments") {
      __id
      edges { node { id body { plainText } } }
    }
  }
}`;

// Null only with an error: non-null where errors throw or are caught, see @semanticNonNull in the schema.
graphql`query feedThrowingQuery($first: Int!) @throwOnFieldError {
  spaces { name }
  homeFeed(first: $first) { nodes { id } }
}`;

graphql`query feedCaughtQuery($first: Int!) {
  spaces { name }
  homeFeed(first: $first) @catch(to: RESULT) { nodes { id } }
}`;
