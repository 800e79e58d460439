import { useQuery, useSubscription } from '@apollo/client/react';
import { refresh } from '../api/client';
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
 * The number of new notifications. The subscription tells at once what this member does, here or in another tab; what others
 * do shows by asking each minute while somebody looks.
 */
export function useNewNotifications() {
  const { data } = useQuery(Badge, { pollInterval: 60_000, skipPollAttempt: () => document.hidden });
  const { restart } = useSubscription(BadgeChanged, {
    onError: () => void refresh().then(restart, () => undefined), // the socket ends with the token that it was opened with
  });
  return data?.viewer?.notificationCounts.notifications ?? 0;
}
