import { MapPin, Radio, Video } from 'lucide-react';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Span } from './time';

const EventFactsFragment = graphql(`
  fragment EventFacts on Event {
    id
    startsAt
    endsAt
    isLive
    locationType
    location {
      name
    }
    virtualLocationUrl
    isLocationHiddenFromNonAttendees
  }
`);

/** When and where an event takes place. */
export function EventFacts({ of }: { of: FragmentType<typeof EventFactsFragment> }) {
  const event = getFragmentData(EventFactsFragment, of);
  return (
    <div className="event-facts">
      <p>{event.isLive && <strong className="live"><Radio aria-hidden="true" />Now</strong>}<Span starts={event.startsAt} ends={event.endsAt} /></p>
      <p>{event.locationType === 'VIRTUAL' || event.locationType === 'LIVE_STREAM' ? <Video aria-hidden="true" /> : <MapPin aria-hidden="true" />}{place(event)}</p>
    </div>
  );
}

type Facts = { locationType: string; location?: { name?: string | null } | null; virtualLocationUrl?: string | null; isLocationHiddenFromNonAttendees: boolean };

function place({ locationType, location, virtualLocationUrl, isLocationHiddenFromNonAttendees }: Facts) {
  if (location?.name) return location.name;
  if (virtualLocationUrl) return <a href={virtualLocationUrl}>Join online</a>;
  if (isLocationHiddenFromNonAttendees) return 'Shown to those who come';
  if (locationType === 'LIVE_STREAM') return 'Live stream in the community';
  return locationType === 'VIRTUAL' ? 'Online' : 'To be decided';
}

/** A leaf of a calendar. */
export function DateTile({ at }: { at: string }) {
  const date = new Date(at);
  return (
    <div className="date-tile" aria-hidden="true">
      <span>{date.toLocaleDateString(undefined, { month: 'short' })}</span>
      <b>{date.getDate()}</b>
    </div>
  );
}
