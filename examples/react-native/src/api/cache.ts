import { cacheExchange, type Cache, type KeyingConfig } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import schema from '../generated/schema';

type Type = { kind: string; name: string; fields?: readonly { name: string }[] };

// What has no `id` is part of what it hangs on, except for messages' edges, which are put at the end of rooms.
const keys: KeyingConfig = Object.fromEntries((schema.__schema.types as readonly Type[])
  .filter(({ kind, fields }) => kind === 'OBJECT' && !fields?.some(({ name }) => name === 'id'))
  .map(({ name }) => [name, () => null]));

/**
 * Everything with an `id` is kept once: what a mutation returns or a subscription brings shows on every screen. Pages of a list
 * are joined.
 */
export const cache = () => cacheExchange({
  schema: schema as never,
  keys: { ...keys, ChatMessageEdge: ({ cursor }) => cursor as string },
  resolvers: {
    Query: { homeFeed: relayPagination() },
    Viewer: { notifications: relayPagination(), chatRooms: relayPagination() },
    ChatRoom: { messages: relayPagination() },
  },
  optimistic: {
    likePost: ({ input }, store) => hope(store, 'LikePostPayload', (input as { postId: string }).postId, 1),
    unlikePost: ({ input }, store) => hope(store, 'UnlikePostPayload', (input as { postId: string }).postId, -1),
  },
  updates: {
    Subscription: {
      chatRoomChanged({ chatRoomChanged }, { chatRoomId }, store) {
        const event = chatRoomChanged as { __typename: string; edge?: Edge; deletedChatMessageId?: string };
        if (event.__typename === 'ChatMessageAdded' && event.edge && !event.edge.node.parentMessage) append(store, chatRoomId as string, event.edge);
        if (event.deletedChatMessageId) store.invalidate({ __typename: 'ChatMessage', id: event.deletedChatMessageId });
      },
    },
  },
});

type Edge = { __typename: string; cursor: string; node: { __typename: string; id: string; parentMessage?: object | null } };

const kinds = ['BasicPost', 'ImagePost', 'Event'];

/** What a like will have done, if the community agrees. */
function hope(store: Cache, payload: string, id: string, by: 1 | -1) {
  const kind = kinds.find((__typename) => store.resolve({ __typename, id }, 'likesCount') != null);
  if (!kind) return null;
  const likesCount = (store.resolve({ __typename: kind, id }, 'likesCount') as number) + by;
  return { __typename: payload, userErrors: [], post: { __typename: kind, id, likesCount, isLikedByViewer: by > 0 } };
}

/** Puts a message at the end of the newest page of its room. One that is there already is shown once: `relayPagination` looks. */
function append(store: Cache, id: string, edge: Edge) {
  const room = { __typename: 'ChatRoom', id };
  const newest = store.inspectFields(room).find(({ fieldName, arguments: page }) => fieldName === 'messages' && !page?.before && !page?.after);
  const list = newest && (store.resolve(room, newest.fieldKey) as string | null);
  if (!list) return;
  const edges = store.resolve(list, 'edges') as string[];
  const added = store.keyOfEntity(edge as never);
  if (added) store.link(list, 'edges', [...edges, added]);
}
