import { useQuery } from '@apollo/client/react';
import { useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import { graphql } from '../generated';
import { DateTile, EventFacts } from './event-facts';

const UpcomingQuery = graphql(`
  query Upcoming {
    events(first: 4) {
      edges {
        node {
          id
          slug
          title
          startsAt
          space {
            id
            slug
          }
          ...EventFacts
        }
      }
    }
  }
`);

const wide = matchMedia('(min-width: 1180px)');

/** The next events, beside the screen if there is room. A phone does not fetch them. */
export function Upcoming() {
  const isWide = useSyncExternalStore(onWidthChange, () => wide.matches);
  const { data } = useQuery(UpcomingQuery, { skip: !isWide });
  if (!isWide) return null;
  return (
    <aside className="upcoming" aria-labelledby="upcoming">
      <h2 id="upcoming">Coming up</h2>
      <ul>
        {data?.events.edges.map(({ node }) => (
          <li key={node.id}>
            <DateTile at={node.startsAt} />
            <div>
              <h3><Link href={`/c/${node.space.slug}/${node.slug}`}>{node.title}</Link></h3>
              <EventFacts of={node} />
            </div>
          </li>
        ))}
      </ul>
      <Link href="/events">All events</Link>
    </aside>
  );
}

function onWidthChange(tell: () => void) {
  wide.addEventListener('change', tell);
  return () => wide.removeEventListener('change', tell);
}
