import { Check } from 'lucide-react';
import { useAction } from '../api/action';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Avatar } from './avatar';
import { isOver } from './time';

const RsvpFragment = graphql(`
  fragment Rsvp on Event {
    id
    startsAt
    endsAt
    isRsvpEnabled
    isAttendedByViewer
    rsvpCount
    rsvpLimit
    attendees(first: 4) {
      edges {
        node {
          id
          member {
            id
            name
            avatarUrl
          }
        }
      }
    }
  }
`);

// What is hidden from those who do not come, such as the place, is fetched again.
const RsvpToEvent = graphql(`
  mutation RsvpToEvent($id: ID!) {
    result: rsvpToEvent(input: { eventId: $id }) { event { id ...Rsvp ...EventFacts } userErrors { message } }
  }
`);
const CancelRsvp = graphql(`
  mutation CancelRsvp($id: ID!) {
    result: cancelRsvp(input: { eventId: $id }) { event { id ...Rsvp ...EventFacts } userErrors { message } }
  }
`);

/** Who comes to an event, and whether the viewer does. */
export function Rsvp({ of }: { of: FragmentType<typeof RsvpFragment> }) {
  const event = getFragmentData(RsvpFragment, of);
  const [come, isComing] = useAction(RsvpToEvent);
  const [stayAway, isStaying] = useAction(CancelRsvp);
  const isPast = isOver(event);
  if (!event.isRsvpEnabled) return isPast ? null : <p className="rsvp meta">No need to say that you come.</p>;

  const isFull = event.rsvpLimit != null && event.rsvpCount >= event.rsvpLimit && !event.isAttendedByViewer;
  return (
    <div className="rsvp">
      <div className="faces" aria-hidden="true">
        {event.attendees.edges.map(({ node }) => <Avatar key={node.id} name={node.member.name} url={node.member.avatarUrl} />)}
      </div>
      <span className="meta">{event.rsvpCount}{event.rsvpLimit != null && !isPast && ` of ${event.rsvpLimit}`} {isPast ? 'went' : 'going'}{isPast && event.isAttendedByViewer && ', you too'}</span>
      {!isPast && <button
        type="button"
        className={event.isAttendedByViewer ? 'button chosen' : 'button'}
        aria-pressed={event.isAttendedByViewer}
        disabled={isFull || isComing || isStaying}
        onClick={() => void (event.isAttendedByViewer ? stayAway : come)({ variables: { id: event.id } })}
      >
        {event.isAttendedByViewer && <Check aria-hidden="true" />}
        {isFull ? 'Full' : event.isAttendedByViewer ? 'Going' : 'RSVP'}
      </button>}
    </div>
  );
}
