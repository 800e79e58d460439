import { InMemoryCache, type Reference } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import possible from '../generated/possible-types';

/**
 * Everything with an `id` is kept once: what a mutation returns or a subscription brings shows on every screen. Lists name all
 * their arguments but those of the page, so that pages of the same list are joined.
 */
export const cache = new InMemoryCache({
  possibleTypes: possible.possibleTypes,
  typePolicies: {
    Query: {
      fields: {
        homeFeed: relayStylePagination(['orderBy']),
        events: relayStylePagination(['filter']),
        search: relayStylePagination(['query', 'type', 'filter']),
        members: relayStylePagination(['filter', 'orderBy']),
      },
    },
    Viewer: {
      fields: {
        notifications: relayStylePagination(['filter', 'orderBy']),
        bookmarks: relayStylePagination(['type']),
        chatRooms: relayStylePagination(),
        chatThreads: relayStylePagination(),
      },
    },
    Member: { fields: { posts: relayStylePagination() } },
    Post: { fields: { comments: relayStylePagination(['orderBy']) } }, // and so for all kinds of posts
    Space: { fields: { posts: relayStylePagination(['filter', 'orderBy']), members: relayStylePagination(['filter', 'orderBy']) } },
    ChatRoom: { fields: { messages: relayStylePagination() } },
    ChatThread: { fields: { replies: relayStylePagination() } },
    QuizQuestion: { keyFields: false }, // the same in every attempt, but answered differently: they belong to theirs
    QuizOption: { keyFields: false },
    Course: { fields: { quizAttempts: relayStylePagination() } },
    RichText: { merge: true }, // has no id: the parts that two screens ask for live side by side
  },
});

type Thing = { __typename: string; id: string };
type Edge = { __typename: string; cursor: string; node: Thing };
type Page = { edges: { node: Reference }[] };

/** Sets fields of something that is kept already: what a screen hopes for, or has been told of. */
export function update(thing: Thing, fields: Record<string, unknown>) {
  cache.modify({ id: cache.identify(thing), fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, () => value])) });
}

/** Adds a number to a count that is kept already. */
export function count(thing: Thing, field: string, by: number) {
  cache.modify({ id: cache.identify(thing), fields: { [field]: (number: number) => Math.max(0, number + by) } });
}

/** Lets a field refer to another thing that is kept. */
export function refer(thing: Thing, field: string, to: Thing) {
  cache.modify({ id: cache.identify(thing), fields: { [field]: (_, { toReference }) => toReference(to) ?? null } });
}

/** Adds an edge at the end of a list, unless its node is there. */
export function append(to: Thing, field: string, edge: Edge) {
  cache.modify({
    id: cache.identify(to),
    fields: {
      [field]: (kept, { toReference }) => {
        const page = kept as Page;
        const node = toReference(edge.node);
        if (!node || page.edges.some((known) => known.node.__ref === node.__ref)) return page;
        return { ...page, edges: [...page.edges, { ...edge, node }] };
      },
    },
  });
}

/** Forgets a thing; lists then go without it. */
export function forget(thing: Thing) {
  cache.evict({ id: cache.identify(thing) });
  cache.gc();
}

/** Forgets a list, to read it from another place. */
export function forgetField(thing: Thing, fieldName: string) {
  cache.evict({ id: cache.identify(thing), fieldName });
}
