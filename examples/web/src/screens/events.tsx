import { CalendarDays } from 'lucide-react';
import { useState } from 'react';
import { useScreen } from '../api/screen';
import { graphql } from '../generated';
import { Choice } from '../parts/choice';
import { EventCard } from '../parts/event-card';
import { More } from '../parts/more';
import { Screen } from '../parts/screen';
import { Empty, Failed, Skeleton } from '../parts/states';

const Events = graphql(`
  query Events($past: Boolean!, $after: String) {
    events(filter: { past: $past }, first: 10, after: $after) {
      edges {
        cursor
        node {
          id
          ...EventCard
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export default function EventsScreen() {
  const [when, setWhen] = useState<'next' | 'past'>('next');
  const { data, error, refetch, more } = useScreen(Events, { variables: { past: when === 'past' } });
  return (
    <Screen title="Events" refresh={refetch}>
      <Choice label="Which events" of={[['next', 'Coming up'], ['past', 'Past']]} value={when} choose={setWhen} />
      {error ? <Failed error={error} retry={refetch} /> : !data ? <Skeleton of="card" /> : data.events.edges.length === 0 ? (
        <Empty icon={CalendarDays} title="Nothing in the calendar">New events will show here.</Empty>
      ) : (
        <>
          <ol className="list">{data.events.edges.map(({ node }) => <li key={node.id}><EventCard of={node} /></li>)}</ol>
          {data.events.pageInfo.hasNextPage && <More load={() => more({ after: data.events.pageInfo.endCursor })} />}
        </>
      )}
    </Screen>
  );
}
