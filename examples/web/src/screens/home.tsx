import { RefreshCw, Search } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { update } from '../api/cache';
import { useLook, useScreen } from '../api/screen';
import { getFragmentData, graphql } from '../generated';
import { PostList, PostListFragment } from '../parts/post-list';
import { Screen } from '../parts/screen';
import { Failed, Skeleton } from '../parts/states';

const Home = graphql(`
  query Home($after: String) {
    homeFeed(first: 10, after: $after) {
      ...PostList
    }
  }
`);

// Circle tells of no posts and likes as they come, so it is asked for the first few.
const Ticks = graphql(`
  query Ticks {
    homeFeed(first: 10) {
      edges {
        node {
          id
          likesCount
          isLikedByViewer
          commentsCount
        }
      }
    }
  }
`);

/** What is new in all spaces of the member. New posts are offered, so that nothing jumps; likes and comments tick. */
export function HomeScreen() {
  const { data, error, refetch, more } = useScreen(Home);
  const [count, setCount] = useState(0);
  useLook(Ticks, 60, ({ homeFeed: { edges } }) => {
    for (const { node: { __typename, id, ...fields } } of edges) update({ __typename, id }, fields);
    const known = new Set(data && getFragmentData(PostListFragment, data.homeFeed).edges.map(({ node }) => node.id));
    if (known.size > 0) setCount(edges.filter(({ node }) => !known.has(node.id)).length);
  });
  const show = async () => {
    await refetch();
    setCount(0);
  };
  const actions = (
    <>
      <Link className="icon-button narrow" href="/search" aria-label="Search"><Search aria-hidden="true" /></Link>
      <button type="button" className="icon-button" aria-label="Look for new posts" onClick={() => void show()}><RefreshCw aria-hidden="true" /></button>
    </>
  );
  return (
    <Screen title="Home" action={actions} refresh={show}>
      <div role="status">
        {count > 0 && <button type="button" className="button new-posts" onClick={() => { void show(); scrollTo(0, 0); }}>{count === 1 ? '1 new post' : `${count} new posts`}</button>}
      </div>
      {error ? <Failed error={error} retry={refetch} /> : !data ? <Skeleton of="card" /> : (
        <PostList of={data.homeFeed} more={(after) => more({ after })}>Join a space to see what is written there.</PostList>
      )}
    </Screen>
  );
}
