import { useLive } from '../api/live';
import { useLook, useScreen } from '../api/screen';
import { update } from '../api/cache';
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
 * The number of notifications since the member last looked. The subscription tells of it; where the community is not live, asking
 * each minute does, while somebody looks.
 */
export function useNewNotifications() {
  const { data } = useScreen(Badge);
  useLive(BadgeChanged);
  useLook(Badge, 60, ({ viewer }) => { if (viewer) update(viewer.notificationCounts, { notifications: viewer.notificationCounts.notifications }); });
  return data?.viewer?.notificationCounts.notifications ?? 0;
}
