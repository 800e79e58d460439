import { Link } from 'wouter';
import { useScreen } from '../api/screen';
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

/** The next events, beside the screen. */
export function Upcoming() {
  const { data } = useScreen(UpcomingQuery);
  return (
    <aside className="upcoming" aria-labelledby="upcoming">
      <h2 id="upcoming">Coming up</h2>
      <ul>
        {data?.events.edges.map(({ node }) => (
          <li key={node.id}>
            <DateTile at={node.startsAt} />
            <div>
              <h3><Link href={node.space ? `/c/${node.space.slug}/${node.slug}` : '/'}>{node.title}</Link></h3>
              <EventFacts of={node} />
            </div>
          </li>
        ))}
      </ul>
      <Link href="/events">All events</Link>
    </aside>
  );
}
