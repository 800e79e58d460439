import { InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import possible from '../generated/possible-types';

/**
 * Everything with an `id` is kept once: what a mutation returns shows on every screen. Lists name all their arguments but
 * `first` and `after`, so that pages of the same list are joined.
 */
export const cache = new InMemoryCache({
  possibleTypes: possible.possibleTypes,
  typePolicies: {
    Query: { fields: { homeFeed: relayStylePagination(['orderBy']), events: relayStylePagination(['filter']) } },
    Viewer: { fields: { notifications: relayStylePagination(['filter', 'orderBy']) } },
    Member: { fields: { posts: relayStylePagination() } },
    Post: { fields: { comments: relayStylePagination(['orderBy']) } }, // and so for all kinds of posts
    RichText: { merge: true }, // has no id: the parts that two screens ask for live side by side
  },
});
