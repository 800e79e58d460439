import { useQuery, useSubscription } from 'urql';
import { graphql } from '../generated';

const Counts = graphql(`
  query Counts {
    viewer { id notificationCounts { id notifications } }
  }
`);

const CountsChanged = graphql(`
  subscription CountsChanged {
    notificationCountsChanged { id notifications }
  }
`);

/** How many notifications are new, as it changes: what the subscription brings goes into the counts that the query has read. */
export function useNewNotifications() {
  const [{ data }] = useQuery({ query: Counts });
  useSubscription({ query: CountsChanged });
  return data?.viewer?.notificationCounts?.notifications ?? 0;
}
