import { CombinedGraphQLErrors } from '@apollo/client';

/** What to tell a person of an error, and whether trying again may help. */
export function explain(error: unknown): { title: string; hint: string; canRetry: boolean } {
  if (!CombinedGraphQLErrors.is(error)) {
    return navigator.onLine
      ? { title: 'We cannot reach the community', hint: 'It may be back in a moment.', canRetry: true }
      : { title: 'You are offline', hint: 'Everything will be here when you are back.', canRetry: true };
  }
  const { message, extensions } = error.errors[0] ?? { message: '' };
  switch (extensions?.code) {
    case 'RATE_LIMITED':
      return { title: 'The community is very busy', hint: `Please try again in ${extensions.retryAfterSeconds} seconds.`, canRetry: true };
    case 'UPSTREAM_TIMEOUT':
    case 'UPSTREAM_UNAVAILABLE':
      return { title: 'The community does not answer', hint: 'It may be back in a moment.', canRetry: true };
    case 'NOT_FOUND':
      return { title: 'This is not here', hint: 'It was removed, or you do not have access to it.', canRetry: false };
    case 'FORBIDDEN':
      return extensions.reason === 'FEATURE_DISABLED'
        ? { title: 'Not in this community', hint: 'The community does not offer this to you.', canRetry: false }
        : { title: 'You have no access to this', hint: 'Perhaps you have not joined its space yet.', canRetry: false };
    case 'UNAUTHENTICATED':
      return { title: 'You were signed out', hint: 'Please sign in again.', canRetry: false };
    case 'BAD_USER_INPUT':
    case 'QUERY_LIMIT_EXCEEDED':
      return { title: 'That did not work', hint: message, canRetry: false };
    default:
      return { title: 'Something went wrong', hint: message, canRetry: true };
  }
}
