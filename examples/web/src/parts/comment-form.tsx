import { post } from '../api/outbox';
import { graphql } from '../generated';
import { Write } from './write';

// Both payloads bring the list with what is new in it, so that nothing has to be put into the cache by hand.
const CreateComment = graphql(`
  mutation CreateComment($id: ID!, $html: String!, $attachments: [String!], $key: String!) {
    result: createComment(input: { postId: $id, body: { html: $html }, attachments: $attachments, idempotencyKey: $key }) {
      post { id commentsCount comments(first: 20, orderBy: LATEST) { ...Comments } }
      userErrors { message }
    }
  }
`);
const CreateReply = graphql(`
  mutation CreateReply($id: ID!, $html: String!, $attachments: [String!], $key: String!) {
    result: createReply(input: { commentId: $id, body: { html: $html }, attachments: $attachments, idempotencyKey: $key }) {
      parent { id repliesCount replies(first: 100) { edges { node { id ...Comment } } } }
      userErrors { message }
    }
  }
`);

/** Comments on a post. What is written goes by the outbox: it shows at once, and arrives when it can. */
export function CommentForm({ on }: { on: string }) {
  return (
    <Write
      draft={`comment ${on}`}
      label="Write a comment"
      send={({ html, signedIds }) => { post(CreateComment, { id: on, html, attachments: signedIds }, { on, html, done: 'Comment posted', draft: `comment ${on}` }); return true; }}
    />
  );
}

/** Replies to a comment. */
export function ReplyForm({ to, done }: { to: string; done: () => void }) {
  return (
    <Write
      draft={`reply ${to}`}
      label="Write a reply"
      isFirst
      send={({ html, signedIds }) => { post(CreateReply, { id: to, html, attachments: signedIds }, { on: to, html, done: 'Reply posted', draft: `reply ${to}` }); done(); return true; }}
    />
  );
}
