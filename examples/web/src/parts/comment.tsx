import { Flag, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useAction } from '../api/action';
import { forget } from '../api/cache';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { say } from './announcements';
import { Attachments } from './attachments';
import { Author } from './author';
import { ReplyForm } from './comment-form';
import { Letters } from './letters';
import { LikeButton } from './like-button';
import { Menu, MenuItem } from './menu';
import { Report } from './report';
import { RichText } from './rich-text';
import { Ago } from './time';

const CommentFragment = graphql(`
  fragment Comment on Comment {
    id
    circleId
    createdAt
    repliesCount
    body {
      html
      ...Attachments
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

// Lists do not say what the viewer may do with a comment. It is asked for when somebody wants to do it.
const CommentRights = graphql(`
  query CommentRights($id: ID!) {
    comment(id: $id) { id viewerCanDelete viewerCanReport }
  }
`);

const DeleteComment = graphql(`
  mutation DeleteComment($id: ID!) {
    result: deleteComment(input: { commentId: $id }) { post { id commentsCount } userErrors { message } }
  }
`);

/** A comment or reply. `children` are the replies that came with it. */
export function Comment({ of, children }: { of: FragmentType<typeof CommentFragment>; children?: React.ReactNode }) {
  const comment = getFragmentData(CommentFragment, of);
  const [isOpen, setOpen] = useState(false);
  const [isReplying, setReplying] = useState(false);
  const [isReporting, setReporting] = useState(false);
  const { id } = comment;
  return (
    <article className="comment" id={`comment_wrapper_${comment.circleId}`} tabIndex={-1}>
      <Author of={comment.author}><Ago at={comment.createdAt} /></Author>
      <RichText html={comment.body.html} />
      <Attachments of={comment.body} />
      <footer>
        <LikeButton of={comment} />
        <button type="button" className="reaction" aria-expanded={isReplying} onClick={() => setReplying(!isReplying)}>Reply</button>
        {!children && comment.repliesCount > 0 && !isOpen && (
          <button type="button" className="reaction" onClick={() => setOpen(true)}>
            {comment.repliesCount === 1 ? '1 reply' : `${comment.repliesCount} replies`}
          </button>
        )}
        <Menu label="More about this comment"><CommentActions id={id} report={() => setReporting(true)} /></Menu>
      </footer>
      {isReplying && <ReplyForm to={comment.id} done={() => { setReplying(false); setOpen(true); }} />}
      <Letters on={comment.id} />
      {children ?? (isOpen && comment.repliesCount > 0 && <MoreReplies to={comment.id} />)}
      {isReporting && <Report id={id} what="comment" close={() => setReporting(false)} />}
    </article>
  );
}

function CommentActions({ id, report }: { id: string; report: () => void }) {
  const { data } = useScreen(CommentRights, { variables: { id } });
  const [remove] = useAction(DeleteComment);
  if (!data?.comment) return <p className="meta note">One moment…</p>;
  const { __typename, viewerCanDelete, viewerCanReport } = data.comment;
  const removeIt = async () => {
    if (!confirm('Delete this comment?') || !(await remove({ variables: { id } }))) return;
    forget({ __typename, id });
    say('Comment deleted');
  };
  return (
    <>
      {viewerCanReport && <MenuItem icon={Flag} run={report}>Report</MenuItem>}
      {viewerCanDelete && <MenuItem icon={Trash2} run={removeIt}>Delete</MenuItem>}
      {!viewerCanReport && !viewerCanDelete && <p className="meta note">Nothing to do here</p>}
    </>
  );
}

function MoreReplies({ to }: { to: string }) {
  const { data } = useScreen(Replies, { variables: { id: to } });
  return (
    <ul className="replies">
      {data?.comment?.replies.edges.map(({ node }) => <li key={node.id}><Comment of={node} /></li>)}
    </ul>
  );
}
