import { Link } from 'wouter';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { DateTile, EventFacts } from './event-facts';
import { Rsvp } from './rsvp';
import { SpaceName } from './space-name';

const EventCardFragment = graphql(`
  fragment EventCard on Event {
    id
    slug
    title
    startsAt
    space {
      id
      slug
      ...SpaceName
    }
    ...EventFacts
    ...Rsvp
  }
`);

/** An event in a list. */
export function EventCard({ of, isInSpace = false }: { of: FragmentType<typeof EventCardFragment>; isInSpace?: boolean }) {
  const event = getFragmentData(EventCardFragment, of);
  return (
    <article className="card event" aria-labelledby={event.id}>
      <div className="with-date">
        <DateTile at={event.startsAt} />
        <div>
          <h2 id={event.id}><Link href={event.space ? `/c/${event.space.slug}/${event.slug}` : '/'}>{event.title}</Link></h2>
          <EventFacts of={event} />
          {event.space && !isInSpace && <p className="meta"><SpaceName of={event.space} /></p>}
        </div>
      </div>
      <Rsvp of={event} />
    </article>
  );
}
