import { useQuery, useSubscription } from '@apollo/client/react';
import { useEffect } from 'react';
import { graphql } from '../generated';

const Badge = graphql(`
  query Badge {
    viewer {
      id
      notificationCounts {
        id
        notifications
      }
    }
  }
`);

const BadgeChanged = graphql(`
  subscription BadgeChanged {
    notificationCountsChanged {
      id
      notifications
    }
  }
`);

/**
 * The number of new notifications. The subscription shows at once what this member does, here or in another tab; what others
 * do shows by asking each minute while somebody looks.
 */
export function useNewNotifications() {
  const { data } = useQuery(Badge, { pollInterval: 60_000, skipPollAttempt: () => document.hidden });
  const { error, restart } = useSubscription(BadgeChanged);
  useEffect(() => {
    if (!error) return undefined;
    const timer = setTimeout(restart, 5_000); // a socket ends with the token that it was opened with; now there is another
    return () => clearTimeout(timer);
  }, [error, restart]);
  return data?.viewer?.notificationCounts.notifications ?? 0;
}
