import { Sprout } from 'lucide-react';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { More } from './more';
import { PostCard } from './post-card';
import { Empty } from './states';

export const PostListFragment = graphql(`
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

type Props = {
  of: FragmentType<typeof PostListFragment>;
  more: (after: string | null | undefined) => Promise<unknown>;
  isInSpace?: boolean;
  children?: React.ReactNode;
};

/** Posts, and more of them when the end comes near. `children` is said if there is none. */
export function PostList({ of, more, isInSpace, children = 'Posts will show here.' }: Props) {
  const { edges, pageInfo } = getFragmentData(PostListFragment, of);
  if (edges.length === 0) return <Empty icon={Sprout} title="Nothing has grown here yet">{children}</Empty>;
  return (
    <>
      <ol className="list">
        {edges.map(({ node }) => <li key={node.id}><PostCard of={node} isInSpace={isInSpace} /></li>)}
      </ol>
      {pageInfo.hasNextPage && <More load={() => more(pageInfo.endCursor)} />}
    </>
  );
}
