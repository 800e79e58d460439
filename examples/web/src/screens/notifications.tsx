import { useQuery } from '@apollo/client/react';
import { Bell } from 'lucide-react';
import { useLocation } from 'wouter';
import { useAction } from '../api/action';
import { type FragmentType, getFragmentData, graphql } from '../generated';
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

export function NotificationsScreen() {
  const { data, error, refetch, fetchMore } = useQuery(Notifications, { fetchPolicy: 'cache-and-network' });
  const [markAll, isBusy] = useAction(MarkAllAsRead);
  const list = data?.viewer?.notifications;
  return (
    <Screen title="Notifications" action={<button type="button" className="button quiet" disabled={isBusy} onClick={() => void markAll({})}>Mark all as read</button>}>
      {error ? <Failed error={error} retry={refetch} /> : !list ? <Skeleton of="row" count={8} /> : list.edges.length === 0 ? (
        <Empty icon={Bell} title="All quiet">What others do with your words will show here.</Empty>
      ) : (
        <>
          <ul className="card notifications">{list.edges.map(({ node }) => <li key={node.id}><Notification of={node} /></li>)}</ul>
          {list.pageInfo.hasNextPage && <More load={() => fetchMore({ variables: { after: list.pageInfo.endCursor } })} />}
        </>
      )}
    </Screen>
  );
}

function Notification({ of }: { of: FragmentType<typeof NotificationFragment> }) {
  const { id, createdAt, readAt, actorName, actorImageUrl, actionText, title, spaceName, url } = getFragmentData(NotificationFragment, of);
  const [markAsRead] = useAction(MarkAsRead);
  const [, go] = useLocation();
  const open = () => {
    if (!readAt) void markAsRead({ variables: { id } });
    if (url) go(pathOf(url));
  };
  return (
    <button type="button" className={readAt ? 'notification' : 'notification unread'} onClick={open}>
      <Avatar name={actorName ?? 'The community'} url={actorImageUrl} />
      <span>
        <span><b>{actorName ?? 'The community'}</b> {actionText} <b>{title}</b></span>
        <span className="meta"><Ago at={createdAt} />{spaceName && ` in ${spaceName}`}</span>
      </span>
      {!readAt && <span className="dot"><span className="unseen">unread</span></span>}
    </button>
  );
}

/** The address of a post is the same here; what else it may be, the server says. */
function pathOf(url: string) {
  const { pathname, hash } = new URL(url);
  return pathname.startsWith('/c/') ? pathname + hash.replace(/^#comment.*/, '#comments') : `/open?url=${encodeURIComponent(url)}`;
}
