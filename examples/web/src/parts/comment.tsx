import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Author } from './author';
import { ReplyForm } from './comment-form';
import { LikeButton } from './like-button';
import { RichText } from './rich-text';
import { Ago } from './time';

const CommentFragment = graphql(`
  fragment Comment on Comment {
    id
    createdAt
    repliesCount
    body {
      html
    }
    author {
      id
      ...Author
    }
    ...LikeButton
  }
`);

// Circle sends the first replies with their comment; those to replies are fetched when somebody opens them.
const Replies = graphql(`
  query Replies($id: ID!) {
    comment(id: $id) { id repliesCount replies(first: 100) { edges { node { id ...Comment } } } }
  }
`);

/** A comment or reply. `children` are the replies that came with it. */
export function Comment({ of, children }: { of: FragmentType<typeof CommentFragment>; children?: React.ReactNode }) {
  const comment = getFragmentData(CommentFragment, of);
  const [isOpen, setOpen] = useState(false);
  const [isReplying, setReplying] = useState(false);
  return (
    <article className="comment">
      <Author of={comment.author}><Ago at={comment.createdAt} /></Author>
      <RichText html={comment.body.html} />
      <footer>
        <LikeButton of={comment} />
        <button type="button" className="reaction" aria-expanded={isReplying} onClick={() => setReplying(!isReplying)}>Reply</button>
        {!children && comment.repliesCount > 0 && !isOpen && (
          <button type="button" className="reaction" onClick={() => setOpen(true)}>
            {comment.repliesCount === 1 ? '1 reply' : `${comment.repliesCount} replies`}
          </button>
        )}
      </footer>
      {isReplying && <ReplyForm to={comment.id} done={() => { setReplying(false); setOpen(true); }} />}
      {children ?? (isOpen && <MoreReplies to={comment.id} />)}
    </article>
  );
}

function MoreReplies({ to }: { to: string }) {
  const { data } = useQuery(Replies, { variables: { id: to } });
  return (
    <ul className="replies">
      {data?.comment?.replies.edges.map(({ node }) => <li key={node.id}><Comment of={node} /></li>)}
    </ul>
  );
}
