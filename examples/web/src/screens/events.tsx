import { useQuery } from '@apollo/client/react';
import { CalendarDays } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { DateTile, EventFacts } from '../parts/event-facts';
import { More } from '../parts/more';
import { Rsvp } from '../parts/rsvp';
import { Screen } from '../parts/screen';
import { Empty, Failed, Skeleton } from '../parts/states';

const EventCardFragment = graphql(`
  fragment EventCard on Event {
    id
    slug
    title
    startsAt
    space {
      id
      slug
    }
    ...EventFacts
    ...Rsvp
  }
`);

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

export function EventsScreen() {
  const [past, setPast] = useState(false);
  const { data, error, refetch, fetchMore } = useQuery(Events, { variables: { past } });
  return (
    <Screen title="Events">
      <div className="choice" role="group" aria-label="Which events">
        <button type="button" aria-pressed={!past} onClick={() => setPast(false)}>Coming up</button>
        <button type="button" aria-pressed={past} onClick={() => setPast(true)}>Past</button>
      </div>
      {error ? <Failed error={error} retry={refetch} /> : !data ? <Skeleton of="card" /> : data.events.edges.length === 0 ? (
        <Empty icon={CalendarDays} title="Nothing in the calendar">New events will show here.</Empty>
      ) : (
        <>
          <ol className="list">{data.events.edges.map(({ node }) => <li key={node.id}><EventCard of={node} /></li>)}</ol>
          {data.events.pageInfo.hasNextPage && <More load={() => fetchMore({ variables: { after: data.events.pageInfo.endCursor } })} />}
        </>
      )}
    </Screen>
  );
}

function EventCard({ of }: { of: FragmentType<typeof EventCardFragment> }) {
  const event = getFragmentData(EventCardFragment, of);
  return (
    <article className="card event" aria-labelledby={event.id}>
      <div className="with-date">
        <DateTile at={event.startsAt} />
        <div>
          <h2 id={event.id}><Link href={`/c/${event.space.slug}/${event.slug}`}>{event.title}</Link></h2>
          <EventFacts of={event} />
        </div>
      </div>
      <Rsvp of={event} />
    </article>
  );
}
