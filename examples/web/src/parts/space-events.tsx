import { CalendarDays } from 'lucide-react';
import { useState } from 'react';
import { useScreen } from '../api/screen';
import { graphql } from '../generated';
import { Choice } from './choice';
import { EventCard } from './event-card';
import { More } from './more';
import { Empty, Failed, Skeleton } from './states';

const SpaceEventsQuery = graphql(`
  query SpaceEvents($id: ID!, $past: Boolean!, $after: String) {
    space(by: { id: $id }) {
      id
      posts(first: 10, after: $after, filter: { pastEvents: $past }) {
        edges {
          cursor
          node {
            id
            ...EventCard
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

/** The events of a space. */
export function SpaceEvents({ id }: { id: string }) {
  const [when, setWhen] = useState<'next' | 'past'>('next');
  const { data, error, refetch, more } = useScreen(SpaceEventsQuery, { variables: { id, past: when === 'past' } });
  const posts = data?.space?.posts;
  return (
    <>
      <Choice label="Which events" of={[['next', 'Coming up'], ['past', 'Past']]} value={when} choose={setWhen} />
      {error ? <Failed error={error} retry={refetch} /> : !posts ? <Skeleton of="card" /> : posts.edges.length === 0 ? (
        <Empty icon={CalendarDays} title="Nothing in the calendar">New events will show here.</Empty>
      ) : (
        <>
          <ol className="list">{posts.edges.map(({ node }) => node.__typename === 'Event' && <li key={node.id}><EventCard isInSpace of={node} /></li>)}</ol>
          {posts.pageInfo.hasNextPage && <More load={() => more({ after: posts.pageInfo.endCursor })} />}
        </>
      )}
    </>
  );
}
