import type { CombinedError } from 'urql';

/** What to tell a person of an error. */
export function explain({ networkError, graphQLErrors: [first] }: CombinedError) {
  if (networkError) return { title: 'We cannot reach the community', hint: 'Pull down to try again.' };
  switch (first?.extensions.code) {
    case 'RATE_LIMITED':
      return { title: 'The community is very busy', hint: `Please try again in ${first.extensions.retryAfterSeconds} seconds.` };
    case 'UPSTREAM_TIMEOUT':
    case 'UPSTREAM_UNAVAILABLE':
      return { title: 'The community does not answer', hint: 'It may be back in a moment.' };
    case 'NOT_FOUND':
      return { title: 'This is not here', hint: 'It was removed, or you do not have access to it.' };
    case 'FORBIDDEN':
      return first.extensions.reason === 'FEATURE_DISABLED'
        ? { title: 'Not in this community', hint: 'The community does not offer this to you.' }
        : { title: 'You have no access to this', hint: 'Perhaps you have not joined its space yet.' };
    case 'UNAUTHENTICATED':
      return { title: 'You were signed out', hint: 'Please sign in again.' };
    default:
      return { title: 'Something went wrong', hint: first?.message ?? '' };
  }
}
