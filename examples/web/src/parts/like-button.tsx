import { Heart } from 'lucide-react';
import { useAction } from '../api/action';
import { update } from '../api/cache';
import { post } from '../api/outbox';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import type { LikePostMutation } from '../generated/graphql';

const LikeButtonFragment = graphql(`
  fragment LikeButton on Likeable {
    id
    likesCount
    isLikedByViewer
  }
`);

const LikePost = graphql(`
  mutation LikePost($id: ID!) {
    result: likePost(input: { postId: $id }) { item: post { id likesCount isLikedByViewer } userErrors { message } }
  }
`);
const UnlikePost = graphql(`
  mutation UnlikePost($id: ID!) {
    result: unlikePost(input: { postId: $id }) { item: post { id likesCount isLikedByViewer } userErrors { message } }
  }
`);
const LikeComment = graphql(`
  mutation LikeComment($id: ID!) {
    result: likeComment(input: { commentId: $id }) { item: comment { id likesCount isLikedByViewer } userErrors { message } }
  }
`);
const UnlikeComment = graphql(`
  mutation UnlikeComment($id: ID!) {
    result: unlikeComment(input: { commentId: $id }) { item: comment { id likesCount isLikedByViewer } userErrors { message } }
  }
`);

const documents = { LikePost, UnlikePost, LikeComment, UnlikeComment };

/**
 * Likes a post or comment, and takes it back. What is hoped for shows at once, on every screen that has the thing; the answer
 * then says how many likes there really are. Without a network the last word waits.
 */
export function LikeButton({ of }: { of: FragmentType<typeof LikeButtonFragment> }) {
  const { __typename, id, likesCount, isLikedByViewer } = getFragmentData(LikeButtonFragment, of);
  const name = `${isLikedByViewer ? 'Unlike' : 'Like'}${__typename === 'Comment' ? 'Comment' : 'Post'}` as const;
  const [run] = useAction(documents[name] as typeof LikePost); // the four differ in nothing but the names of types

  const toggle = () => {
    const item = { __typename, id, isLikedByViewer: !isLikedByViewer, likesCount: likesCount + (isLikedByViewer ? -1 : 1) };
    if (!navigator.onLine) {
      update({ __typename, id }, item);
      return post(documents[name] as typeof LikePost, { id }, { on: id, html: '', isLast: true });
    }
    const hope = { __typename: 'Mutation', result: { __typename: `${name}Payload`, item, userErrors: [] } };
    return run({ variables: { id }, optimisticResponse: hope as LikePostMutation });
  };

  return (
    <button type="button" className="reaction" aria-pressed={isLikedByViewer} aria-label={`Like, ${likesCount} likes`} onClick={() => void toggle()}>
      <Heart aria-hidden="true" />
      {likesCount > 0 && <span>{likesCount}</span>}
    </button>
  );
}
