import { Sprout } from 'lucide-react';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { More } from './more';
import { PostCard } from './post-card';
import { Empty } from './states';

const PostListFragment = graphql(`
  fragment PostList on PostConnection {
    edges {
      cursor
      node {
        id
        ...PostCard
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`);

/** Posts, and more of them when the end comes near. */
export function PostList({ of, more }: { of: FragmentType<typeof PostListFragment>; more: (after: string | null | undefined) => Promise<unknown> }) {
  const { edges, pageInfo } = getFragmentData(PostListFragment, of);
  if (edges.length === 0) return <Empty icon={Sprout} title="Nothing has grown here yet">Posts will show here.</Empty>;
  return (
    <>
      <ol className="list">
        {edges.map(({ node }) => <li key={node.id}><PostCard of={node} /></li>)}
      </ol>
      {pageInfo.hasNextPage && <More load={() => more(pageInfo.endCursor)} />}
    </>
  );
}
