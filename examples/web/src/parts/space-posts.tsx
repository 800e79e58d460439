import { useState } from 'react';
import { useScreen } from '../api/screen';
import { graphql } from '../generated';
import type { SpacePostsOrder } from '../generated/graphql';
import { Choice } from './choice';
import { Letters } from './letters';
import { PostList } from './post-list';
import { Failed, Skeleton } from './states';

const SpacePostsQuery = graphql(`
  query SpacePosts($id: ID!, $order: SpacePostsOrder!, $topics: [ID!], $after: String) {
    space(by: { id: $id }) {
      id
      topics { id name }
      posts(first: 10, after: $after, orderBy: $order, filter: { topicIds: $topics }) { ...PostList }
    }
  }
`);

const orders: [SpacePostsOrder, string][] = [['LATEST', 'New'], ['NEW_ACTIVITY', 'Active'], ['LIKES', 'Liked']];

/** The posts of a space. */
export function SpacePosts({ id }: { id: string }) {
  const [order, setOrder] = useState<SpacePostsOrder>('LATEST');
  const [topic, setTopic] = useState('');
  const { data, error, refetch, more } = useScreen(SpacePostsQuery, { variables: { id, order, topics: topic ? [topic] : null } });
  const space = data?.space;
  return (
    <>
      <div className="choices">
        <Choice label="Order" of={orders} value={order} choose={setOrder} />
        {space && space.topics.length > 0 && (
          <label className="select">
            <span className="unseen">Topic</span>
            <select value={topic} onChange={({ target }) => setTopic(target.value)}>
              <option value="">All topics</option>
              {space.topics.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
            </select>
          </label>
        )}
      </div>
      <Letters on={id} />
      {error ? <Failed error={error} retry={refetch} /> : !space ? <Skeleton of="card" /> : <PostList isInSpace of={space.posts} more={(after) => more({ after })} />}
    </>
  );
}
