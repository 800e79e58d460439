import { Bell } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import { Link } from 'wouter';
import { useAction } from '../api/action';
import { useLive } from '../api/live';
import { load, useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { pathOf } from '../parts/addresses';
import { Avatar } from '../parts/avatar';
import { More } from '../parts/more';
import { Screen } from '../parts/screen';
import { Empty, Failed, Skeleton } from '../parts/states';
import { Ago } from '../parts/time';

const NotificationFragment = graphql(`
  fragment Notification on Notification {
    id
    createdAt
    readAt
    actorName
    actorImageUrl
    actionText
    title
    spaceName
    url
  }
`);

const Notifications = graphql(`
  query Notifications($after: String) {
    viewer {
      id
      notificationCounts { id notifications }
      notifications(first: 20, after: $after) {
        edges {
          cursor
          node {
            id
            ...Notification
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const NotificationsReceived = graphql(`
  subscription NotificationsReceived {
    notificationsReceived {
      notificationCounts { id notifications }
    }
  }
`);

const ResetCount = graphql(`
  mutation ResetCount {
    result: resetNewNotificationsCount { viewer { id notificationCounts { id notifications } } userErrors { message } }
  }
`);

const MarkAsRead = graphql(`
  mutation MarkAsRead($id: ID!) {
    result: markNotificationAsRead(input: { notificationId: $id }) {
      notification { id readAt }
      viewer { id notificationCounts { id notifications } }
      userErrors { message }
    }
  }
`);

const MarkAllAsRead = graphql(`
  mutation MarkAllAsRead {
    result: markAllNotificationsAsRead {
      viewer {
        id
        notificationCounts { id notifications }
        notifications(first: 20) { edges { cursor node { id ...Notification } } pageInfo { hasNextPage endCursor } }
      }
      userErrors { message }
    }
  }
`);

/** What has happened. Who looks at the list has seen what is new in it, and the bell says so. */
export default function NotificationsScreen() {
  const { data, error, refetch, more } = useScreen(Notifications, { fetchPolicy: 'cache-and-network' });
  useLive(NotificationsReceived, { tell: () => void load(Notifications, {}).catch(() => undefined) });
  const [markAll, isBusy] = useAction(MarkAllAsRead);
  const viewer = data?.viewer;
  const list = viewer?.notifications;
  useSeen(list && viewer.notificationCounts.notifications);
  return (
    <Screen
      title="Notifications" refresh={refetch}
      action={<button type="button" className="button quiet" disabled={isBusy} onClick={() => void markAll({})}>Mark all as read</button>}
    >
      {error ? <Failed error={error} retry={refetch} /> : !list ? <Skeleton of="row" count={8} /> : list.edges.length === 0 ? (
        <Empty icon={Bell} title="All quiet">What others do with your words will show here.</Empty>
      ) : (
        <>
          <ul className="card notifications">{list.edges.map(({ node }) => <li key={node.id}><Notification of={node} /></li>)}</ul>
          {list.pageInfo.hasNextPage && <More load={() => more({ after: list.pageInfo.endCursor })} />}
        </>
      )}
    </Screen>
  );
}

function useSeen(count: number | undefined) {
  const [reset] = useAction(ResetCount);
  const run = useEffectEvent(() => { void reset({}); });
  useEffect(() => {
    if (count && !document.hidden && navigator.onLine) run();
  }, [count]);
}

function Notification({ of }: { of: FragmentType<typeof NotificationFragment> }) {
  const { id, createdAt, readAt, actorName, actorImageUrl, actionText, title, spaceName, url } = getFragmentData(NotificationFragment, of);
  const [markAsRead] = useAction(MarkAsRead);
  const path = url ? pathOf(url) : null;
  const read = () => { if (!readAt) void markAsRead({ variables: { id } }); };
  const words = (
    <>
      <Avatar name={actorName ?? 'The community'} url={actorImageUrl} />
      <span className="notification-words">
        <span><b>{actorName ?? 'The community'}</b> {actionText}</span>
        {title && <span className="notification-title">{title}</span>}
        <span className="meta"><Ago at={createdAt} />{spaceName && ` in ${spaceName}`}</span>
      </span>
      {!readAt && <span className="dot"><span className="unseen">unread</span></span>}
    </>
  );
  const className = readAt ? 'notification' : 'notification unread';
  if (path) return <Link className={className} href={path} onClick={read}>{words}</Link>;
  return url ? <a className={className} href={url} target="_blank" rel="noreferrer" onClick={read}>{words}</a> : <button type="button" className={className} onClick={read}>{words}</button>;
}
