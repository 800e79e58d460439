import { useRef } from 'react';
import { count, refer } from '../api/cache';
import { useLive } from '../api/live';
import { load, useScreen } from '../api/screen';
import { viewerId } from '../api/session';
import { graphql } from '../generated';

const UnreadRooms = graphql(`
  query UnreadRooms {
    viewer {
      id
      unreadChatRooms {
        totalCount
      }
    }
  }
`);

const InboxRooms = graphql(`
  query InboxRooms($after: String) {
    viewer {
      id
      chatRooms(first: 20, after: $after) {
        edges {
          cursor
          node {
            id
            ...RoomRow
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

const InboxChanged = graphql(`
  subscription InboxChanged {
    inboxChanged {
      ... on ChatMessageAdded {
        chatRoom {
          id
        }
        edge {
          cursor
          node {
            id
            sentAt
            body {
              plainText
            }
            sender {
              id
              name
              avatarUrl
            }
            parentMessage {
              id
            }
          }
        }
      }
      ... on ChatRoomUpdated {
        chatRoom {
          id
          unreadMessagesCount
        }
      }
      ... on ChatRoomAdded {
        edge {
          cursor
        }
      }
      ... on ChatRoomDeleted {
        deletedChatRoomId
      }
      ... on EventsMissed {
        since
      }
    }
  }
`);

/** The rooms of the inbox, those last written in first. */
export function useInbox() {
  const { data, error, refetch, more } = useScreen(InboxRooms, { fetchPolicy: 'cache-and-network' });
  return { rooms: data?.viewer?.chatRooms, error, refetch, more };
}

/**
 * The number of rooms with something new, while the app is open. What is told of goes into the rooms as they are kept, so that
 * the inbox shows it too; only for the number itself, and for rooms that are not known, the community is asked again.
 */
export function useUnreadRooms() {
  const { data, refetch } = useScreen(UnreadRooms);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const recount = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void refetch(), 1_500); // once for all that comes together
  };
  useLive(InboxChanged, {
    tell: ({ inboxChanged: event }) => {
      if (event.__typename === 'ChatMessageAdded') {
        const message = event.edge.node;
        if (!message.parentMessage) refer(event.chatRoom, 'lastMessage', message);
        const isMine = message.sender?.id === viewerId();
        if (!isMine && openRoom !== event.chatRoom.id) count(event.chatRoom, 'unreadMessagesCount', 1);
        if (!isMine && openRoom !== event.chatRoom.id) recount();
      } else if (event.__typename === 'ChatRoomUpdated') {
        recount();
      } else {
        recount();
        void load(InboxRooms, {}).catch(() => undefined); // it is read again when somebody looks
      }
    },
  });
  return data?.viewer?.unreadChatRooms.totalCount ?? 0;
}

let openRoom: string | undefined;

/** Notes which room is on the screen: what comes there is read at once. */
export function setOpenRoom(id: string | undefined) {
  openRoom = id;
}
