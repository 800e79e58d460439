import { MessageCircle } from 'lucide-react';
import { load } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Comment } from './comment';
import { More } from './more';
import { Empty } from './states';

export const CommentsFragment = graphql(`
  fragment Comments on CommentConnection {
    edges {
      cursor
      node {
        id
        circleId
        ...Comment
        replies(first: 100) { edges { node { id circleId ...Comment } } }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`);

const MoreComments = graphql(`
  query MoreComments($id: ID!, $after: String) {
    post(by: { id: $id }) { id comments(first: 20, after: $after, orderBy: LATEST) { ...Comments } }
  }
`);

/** The comments on a post, newest first, each with its replies. */
export function Comments({ on, of }: { on: string; of: FragmentType<typeof CommentsFragment> }) {
  const { edges, pageInfo } = getFragmentData(CommentsFragment, of);
  if (edges.length === 0) return <Empty icon={MessageCircle} title="Nobody has said anything yet">Be the first.</Empty>;
  return (
    <>
      <ol className="comments">
        {edges.map(({ node }) => (
          <li key={node.id}>
            <Comment of={node}>
              {node.replies.edges.length > 0 && (
                <ul className="replies">{node.replies.edges.map((reply) => <li key={reply.node.id}><Comment of={reply.node} /></li>)}</ul>
              )}
            </Comment>
          </li>
        ))}
      </ol>
      {pageInfo.hasNextPage && <More load={() => load(MoreComments, { id: on, after: pageInfo.endCursor })} />}
    </>
  );
}
