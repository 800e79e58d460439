/* eslint-disable */
import * as types from './graphql.js';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  mutation Refresh($refreshToken: String!) {\n    result: refreshAccessToken(input: { refreshToken: $refreshToken }) {\n      accessToken\n      accessTokenExpiresAt\n      refreshToken\n    }\n  }\n": typeof types.RefreshDocument,
    "\n  mutation Logout {\n    logout {\n      loggedOut\n    }\n  }\n": typeof types.LogoutDocument,
    "\n  fragment Author on Member {\n    id\n    circleId\n    name\n    avatarUrl\n    headline\n  }\n": typeof types.AuthorFragmentDoc,
    "\n  query Badge {\n    viewer {\n      id\n      notificationCounts {\n        id\n        notifications\n      }\n    }\n  }\n": typeof types.BadgeDocument,
    "\n  subscription BadgeChanged {\n    notificationCountsChanged {\n      id\n      notifications\n    }\n  }\n": typeof types.BadgeChangedDocument,
    "\n  mutation CreateComment($id: ID!, $text: String!, $key: String!) {\n    result: createComment(input: { postId: $id, body: { text: $text }, idempotencyKey: $key }) {\n      post { id commentsCount comments(first: 20, orderBy: LATEST) { ...Comments } }\n      userErrors { message }\n    }\n  }\n": typeof types.CreateCommentDocument,
    "\n  mutation CreateReply($id: ID!, $text: String!, $key: String!) {\n    result: createReply(input: { commentId: $id, body: { text: $text }, idempotencyKey: $key }) {\n      parent { id repliesCount replies(first: 100) { edges { node { id ...Comment } } } }\n      userErrors { message }\n    }\n  }\n": typeof types.CreateReplyDocument,
    "\n  fragment Comment on Comment {\n    id\n    createdAt\n    repliesCount\n    body {\n      html\n    }\n    author {\n      id\n      ...Author\n    }\n    ...LikeButton\n  }\n": typeof types.CommentFragmentDoc,
    "\n  query Replies($id: ID!) {\n    comment(id: $id) { id repliesCount replies(first: 100) { edges { node { id ...Comment } } } }\n  }\n": typeof types.RepliesDocument,
    "\n  fragment Comments on CommentConnection {\n    edges {\n      cursor\n      node {\n        id\n        ...Comment\n        replies(first: 100) { edges { node { id ...Comment } } }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n": typeof types.CommentsFragmentDoc,
    "\n  query MoreComments($id: ID!, $after: String) {\n    post(by: { id: $id }) { id comments(first: 20, after: $after, orderBy: LATEST) { ...Comments } }\n  }\n": typeof types.MoreCommentsDocument,
    "\n  fragment EventFacts on Event {\n    id\n    startsAt\n    endsAt\n    isLive\n    locationType\n    location {\n      name\n    }\n    virtualLocationUrl\n    isLocationHiddenFromNonAttendees\n  }\n": typeof types.EventFactsFragmentDoc,
    "\n  fragment LikeButton on Likeable {\n    id\n    likesCount\n    isLikedByViewer\n  }\n": typeof types.LikeButtonFragmentDoc,
    "\n  mutation LikePost($id: ID!) {\n    result: likePost(input: { postId: $id }) { item: post { id likesCount isLikedByViewer } userErrors { message } }\n  }\n": typeof types.LikePostDocument,
    "\n  mutation UnlikePost($id: ID!) {\n    result: unlikePost(input: { postId: $id }) { item: post { id likesCount isLikedByViewer } userErrors { message } }\n  }\n": typeof types.UnlikePostDocument,
    "\n  mutation LikeComment($id: ID!) {\n    result: likeComment(input: { commentId: $id }) { item: comment { id likesCount isLikedByViewer } userErrors { message } }\n  }\n": typeof types.LikeCommentDocument,
    "\n  mutation UnlikeComment($id: ID!) {\n    result: unlikeComment(input: { commentId: $id }) { item: comment { id likesCount isLikedByViewer } userErrors { message } }\n  }\n": typeof types.UnlikeCommentDocument,
    "\n  fragment Pictures on ImagePost {\n    id\n    title\n    gallery {\n      images {\n        id\n        url\n        width\n        height\n      }\n    }\n  }\n": typeof types.PicturesFragmentDoc,
    "\n  fragment PostCard on Post {\n    id\n    slug\n    title\n    createdAt\n    commentsCount\n    body {\n      plainText\n    }\n    author {\n      id\n      ...Author\n    }\n    space {\n      id\n      name\n      slug\n      emoji\n    }\n    ...LikeButton\n    ... on ImagePost {\n      ...Pictures\n    }\n    ... on Event {\n      startsAt\n      ...EventFacts\n    }\n  }\n": typeof types.PostCardFragmentDoc,
    "\n  fragment PostList on PostConnection {\n    edges {\n      cursor\n      node {\n        id\n        ...PostCard\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n": typeof types.PostListFragmentDoc,
    "\n  fragment Rsvp on Event {\n    id\n    isRsvpEnabled\n    isAttendedByViewer\n    rsvpCount\n    rsvpLimit\n    attendees(first: 4) {\n      edges {\n        node {\n          id\n          member {\n            id\n            name\n            avatarUrl\n          }\n        }\n      }\n    }\n  }\n": typeof types.RsvpFragmentDoc,
    "\n  mutation RsvpToEvent($id: ID!) {\n    result: rsvpToEvent(input: { eventId: $id }) { event { id ...Rsvp ...EventFacts } userErrors { message } }\n  }\n": typeof types.RsvpToEventDocument,
    "\n  mutation CancelRsvp($id: ID!) {\n    result: cancelRsvp(input: { eventId: $id }) { event { id ...Rsvp ...EventFacts } userErrors { message } }\n  }\n": typeof types.CancelRsvpDocument,
    "\n  query Upcoming {\n    events(first: 4) {\n      edges {\n        node {\n          id\n          slug\n          title\n          startsAt\n          space {\n            id\n            slug\n          }\n          ...EventFacts\n        }\n      }\n    }\n  }\n": typeof types.UpcomingDocument,
    "\n  fragment EventCard on Event {\n    id\n    slug\n    title\n    startsAt\n    space {\n      id\n      slug\n    }\n    ...EventFacts\n    ...Rsvp\n  }\n": typeof types.EventCardFragmentDoc,
    "\n  query Events($past: Boolean!, $after: String) {\n    events(filter: { past: $past }, first: 10, after: $after) {\n      edges {\n        cursor\n        node {\n          id\n          ...EventCard\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.EventsDocument,
    "\n  query Home($after: String) {\n    homeFeed(first: 10, after: $after) {\n      ...PostList\n    }\n  }\n": typeof types.HomeDocument,
    "\n  fragment Profile on Member {\n    id\n    name\n    headline\n    bio\n    location\n    avatarUrl\n    largeAvatarUrl\n    postsCount\n    commentsCount\n    spacesCount\n    tags {\n      id\n      name\n      emoji\n    }\n    links {\n      website\n    }\n    gamification {\n      currentLevelName\n      totalPoints\n      levelProgress\n    }\n    posts(first: 10, after: $after) {\n      ...PostList\n    }\n  }\n": typeof types.ProfileFragmentDoc,
    "\n  query Member($circleId: ID!, $after: String) {\n    member(by: { circleId: $circleId }) { id ...Profile }\n  }\n": typeof types.MemberDocument,
    "\n  query Me($after: String) {\n    viewer { id member { id ...Profile } }\n  }\n": typeof types.MeDocument,
    "\n  fragment Notification on Notification {\n    id\n    createdAt\n    readAt\n    actorName\n    actorImageUrl\n    actionText\n    title\n    spaceName\n    url\n  }\n": typeof types.NotificationFragmentDoc,
    "\n  query Notifications($after: String) {\n    viewer {\n      id\n      notifications(first: 20, after: $after) {\n        edges {\n          cursor\n          node {\n            id\n            ...Notification\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n": typeof types.NotificationsDocument,
    "\n  mutation MarkAsRead($id: ID!) {\n    result: markNotificationAsRead(input: { notificationId: $id }) {\n      notification { id readAt }\n      viewer { id notificationCounts { id notifications } }\n      userErrors { message }\n    }\n  }\n": typeof types.MarkAsReadDocument,
    "\n  mutation MarkAllAsRead {\n    result: markAllNotificationsAsRead {\n      viewer {\n        id\n        notificationCounts { id notifications }\n        notifications(first: 20) { edges { cursor node { id ...Notification } } pageInfo { hasNextPage endCursor } }\n      }\n      userErrors { message }\n    }\n  }\n": typeof types.MarkAllAsReadDocument,
    "\n  query Open($url: URL!) {\n    resolveUrl(url: $url) {\n      ... on Member {\n        id\n        circleId\n      }\n    }\n  }\n": typeof types.OpenDocument,
    "\n  fragment Post on Post {\n    id\n    title\n    createdAt\n    commentsCount\n    body {\n      html\n      plainText\n    }\n    author {\n      id\n      ...Author\n    }\n    space {\n      id\n      emoji\n    }\n    ...LikeButton\n    ... on ImagePost {\n      ...Pictures\n    }\n    ... on Event {\n      startsAt\n      calendar {\n        ics\n        googleUrl\n      }\n      ...EventFacts\n      ...Rsvp\n    }\n  }\n": typeof types.PostFragmentDoc,
    "\n  fragment PostComments on Post {\n    id\n    viewerCannotCommentReasons\n    comments(first: 20, orderBy: LATEST) {\n      ...Comments\n    }\n  }\n": typeof types.PostCommentsFragmentDoc,
    "\n  query Post($space: String!, $post: String!) {\n    post(by: { slug: { space: $space, post: $post } }) {\n      id\n      space { id name }\n      ...Post\n      ...PostComments @defer\n    }\n  }\n": typeof types.PostDocument,
    "\n  mutation Login($email: String!) {\n    result: login(input: { email: $email }) {\n      accessToken\n      accessTokenExpiresAt\n      refreshToken\n      userErrors {\n        message\n      }\n    }\n  }\n": typeof types.LoginDocument,
};
const documents: Documents = {
    "\n  mutation Refresh($refreshToken: String!) {\n    result: refreshAccessToken(input: { refreshToken: $refreshToken }) {\n      accessToken\n      accessTokenExpiresAt\n      refreshToken\n    }\n  }\n": types.RefreshDocument,
    "\n  mutation Logout {\n    logout {\n      loggedOut\n    }\n  }\n": types.LogoutDocument,
    "\n  fragment Author on Member {\n    id\n    circleId\n    name\n    avatarUrl\n    headline\n  }\n": types.AuthorFragmentDoc,
    "\n  query Badge {\n    viewer {\n      id\n      notificationCounts {\n        id\n        notifications\n      }\n    }\n  }\n": types.BadgeDocument,
    "\n  subscription BadgeChanged {\n    notificationCountsChanged {\n      id\n      notifications\n    }\n  }\n": types.BadgeChangedDocument,
    "\n  mutation CreateComment($id: ID!, $text: String!, $key: String!) {\n    result: createComment(input: { postId: $id, body: { text: $text }, idempotencyKey: $key }) {\n      post { id commentsCount comments(first: 20, orderBy: LATEST) { ...Comments } }\n      userErrors { message }\n    }\n  }\n": types.CreateCommentDocument,
    "\n  mutation CreateReply($id: ID!, $text: String!, $key: String!) {\n    result: createReply(input: { commentId: $id, body: { text: $text }, idempotencyKey: $key }) {\n      parent { id repliesCount replies(first: 100) { edges { node { id ...Comment } } } }\n      userErrors { message }\n    }\n  }\n": types.CreateReplyDocument,
    "\n  fragment Comment on Comment {\n    id\n    createdAt\n    repliesCount\n    body {\n      html\n    }\n    author {\n      id\n      ...Author\n    }\n    ...LikeButton\n  }\n": types.CommentFragmentDoc,
    "\n  query Replies($id: ID!) {\n    comment(id: $id) { id repliesCount replies(first: 100) { edges { node { id ...Comment } } } }\n  }\n": types.RepliesDocument,
    "\n  fragment Comments on CommentConnection {\n    edges {\n      cursor\n      node {\n        id\n        ...Comment\n        replies(first: 100) { edges { node { id ...Comment } } }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n": types.CommentsFragmentDoc,
    "\n  query MoreComments($id: ID!, $after: String) {\n    post(by: { id: $id }) { id comments(first: 20, after: $after, orderBy: LATEST) { ...Comments } }\n  }\n": types.MoreCommentsDocument,
    "\n  fragment EventFacts on Event {\n    id\n    startsAt\n    endsAt\n    isLive\n    locationType\n    location {\n      name\n    }\n    virtualLocationUrl\n    isLocationHiddenFromNonAttendees\n  }\n": types.EventFactsFragmentDoc,
    "\n  fragment LikeButton on Likeable {\n    id\n    likesCount\n    isLikedByViewer\n  }\n": types.LikeButtonFragmentDoc,
    "\n  mutation LikePost($id: ID!) {\n    result: likePost(input: { postId: $id }) { item: post { id likesCount isLikedByViewer } userErrors { message } }\n  }\n": types.LikePostDocument,
    "\n  mutation UnlikePost($id: ID!) {\n    result: unlikePost(input: { postId: $id }) { item: post { id likesCount isLikedByViewer } userErrors { message } }\n  }\n": types.UnlikePostDocument,
    "\n  mutation LikeComment($id: ID!) {\n    result: likeComment(input: { commentId: $id }) { item: comment { id likesCount isLikedByViewer } userErrors { message } }\n  }\n": types.LikeCommentDocument,
    "\n  mutation UnlikeComment($id: ID!) {\n    result: unlikeComment(input: { commentId: $id }) { item: comment { id likesCount isLikedByViewer } userErrors { message } }\n  }\n": types.UnlikeCommentDocument,
    "\n  fragment Pictures on ImagePost {\n    id\n    title\n    gallery {\n      images {\n        id\n        url\n        width\n        height\n      }\n    }\n  }\n": types.PicturesFragmentDoc,
    "\n  fragment PostCard on Post {\n    id\n    slug\n    title\n    createdAt\n    commentsCount\n    body {\n      plainText\n    }\n    author {\n      id\n      ...Author\n    }\n    space {\n      id\n      name\n      slug\n      emoji\n    }\n    ...LikeButton\n    ... on ImagePost {\n      ...Pictures\n    }\n    ... on Event {\n      startsAt\n      ...EventFacts\n    }\n  }\n": types.PostCardFragmentDoc,
    "\n  fragment PostList on PostConnection {\n    edges {\n      cursor\n      node {\n        id\n        ...PostCard\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n": types.PostListFragmentDoc,
    "\n  fragment Rsvp on Event {\n    id\n    isRsvpEnabled\n    isAttendedByViewer\n    rsvpCount\n    rsvpLimit\n    attendees(first: 4) {\n      edges {\n        node {\n          id\n          member {\n            id\n            name\n            avatarUrl\n          }\n        }\n      }\n    }\n  }\n": types.RsvpFragmentDoc,
    "\n  mutation RsvpToEvent($id: ID!) {\n    result: rsvpToEvent(input: { eventId: $id }) { event { id ...Rsvp ...EventFacts } userErrors { message } }\n  }\n": types.RsvpToEventDocument,
    "\n  mutation CancelRsvp($id: ID!) {\n    result: cancelRsvp(input: { eventId: $id }) { event { id ...Rsvp ...EventFacts } userErrors { message } }\n  }\n": types.CancelRsvpDocument,
    "\n  query Upcoming {\n    events(first: 4) {\n      edges {\n        node {\n          id\n          slug\n          title\n          startsAt\n          space {\n            id\n            slug\n          }\n          ...EventFacts\n        }\n      }\n    }\n  }\n": types.UpcomingDocument,
    "\n  fragment EventCard on Event {\n    id\n    slug\n    title\n    startsAt\n    space {\n      id\n      slug\n    }\n    ...EventFacts\n    ...Rsvp\n  }\n": types.EventCardFragmentDoc,
    "\n  query Events($past: Boolean!, $after: String) {\n    events(filter: { past: $past }, first: 10, after: $after) {\n      edges {\n        cursor\n        node {\n          id\n          ...EventCard\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.EventsDocument,
    "\n  query Home($after: String) {\n    homeFeed(first: 10, after: $after) {\n      ...PostList\n    }\n  }\n": types.HomeDocument,
    "\n  fragment Profile on Member {\n    id\n    name\n    headline\n    bio\n    location\n    avatarUrl\n    largeAvatarUrl\n    postsCount\n    commentsCount\n    spacesCount\n    tags {\n      id\n      name\n      emoji\n    }\n    links {\n      website\n    }\n    gamification {\n      currentLevelName\n      totalPoints\n      levelProgress\n    }\n    posts(first: 10, after: $after) {\n      ...PostList\n    }\n  }\n": types.ProfileFragmentDoc,
    "\n  query Member($circleId: ID!, $after: String) {\n    member(by: { circleId: $circleId }) { id ...Profile }\n  }\n": types.MemberDocument,
    "\n  query Me($after: String) {\n    viewer { id member { id ...Profile } }\n  }\n": types.MeDocument,
    "\n  fragment Notification on Notification {\n    id\n    createdAt\n    readAt\n    actorName\n    actorImageUrl\n    actionText\n    title\n    spaceName\n    url\n  }\n": types.NotificationFragmentDoc,
    "\n  query Notifications($after: String) {\n    viewer {\n      id\n      notifications(first: 20, after: $after) {\n        edges {\n          cursor\n          node {\n            id\n            ...Notification\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n": types.NotificationsDocument,
    "\n  mutation MarkAsRead($id: ID!) {\n    result: markNotificationAsRead(input: { notificationId: $id }) {\n      notification { id readAt }\n      viewer { id notificationCounts { id notifications } }\n      userErrors { message }\n    }\n  }\n": types.MarkAsReadDocument,
    "\n  mutation MarkAllAsRead {\n    result: markAllNotificationsAsRead {\n      viewer {\n        id\n        notificationCounts { id notifications }\n        notifications(first: 20) { edges { cursor node { id ...Notification } } pageInfo { hasNextPage endCursor } }\n      }\n      userErrors { message }\n    }\n  }\n": types.MarkAllAsReadDocument,
    "\n  query Open($url: URL!) {\n    resolveUrl(url: $url) {\n      ... on Member {\n        id\n        circleId\n      }\n    }\n  }\n": types.OpenDocument,
    "\n  fragment Post on Post {\n    id\n    title\n    createdAt\n    commentsCount\n    body {\n      html\n      plainText\n    }\n    author {\n      id\n      ...Author\n    }\n    space {\n      id\n      emoji\n    }\n    ...LikeButton\n    ... on ImagePost {\n      ...Pictures\n    }\n    ... on Event {\n      startsAt\n      calendar {\n        ics\n        googleUrl\n      }\n      ...EventFacts\n      ...Rsvp\n    }\n  }\n": types.PostFragmentDoc,
    "\n  fragment PostComments on Post {\n    id\n    viewerCannotCommentReasons\n    comments(first: 20, orderBy: LATEST) {\n      ...Comments\n    }\n  }\n": types.PostCommentsFragmentDoc,
    "\n  query Post($space: String!, $post: String!) {\n    post(by: { slug: { space: $space, post: $post } }) {\n      id\n      space { id name }\n      ...Post\n      ...PostComments @defer\n    }\n  }\n": types.PostDocument,
    "\n  mutation Login($email: String!) {\n    result: login(input: { email: $email }) {\n      accessToken\n      accessTokenExpiresAt\n      refreshToken\n      userErrors {\n        message\n      }\n    }\n  }\n": types.LoginDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Refresh($refreshToken: String!) {\n    result: refreshAccessToken(input: { refreshToken: $refreshToken }) {\n      accessToken\n      accessTokenExpiresAt\n      refreshToken\n    }\n  }\n"): (typeof documents)["\n  mutation Refresh($refreshToken: String!) {\n    result: refreshAccessToken(input: { refreshToken: $refreshToken }) {\n      accessToken\n      accessTokenExpiresAt\n      refreshToken\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Logout {\n    logout {\n      loggedOut\n    }\n  }\n"): (typeof documents)["\n  mutation Logout {\n    logout {\n      loggedOut\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Author on Member {\n    id\n    circleId\n    name\n    avatarUrl\n    headline\n  }\n"): (typeof documents)["\n  fragment Author on Member {\n    id\n    circleId\n    name\n    avatarUrl\n    headline\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Badge {\n    viewer {\n      id\n      notificationCounts {\n        id\n        notifications\n      }\n    }\n  }\n"): (typeof documents)["\n  query Badge {\n    viewer {\n      id\n      notificationCounts {\n        id\n        notifications\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription BadgeChanged {\n    notificationCountsChanged {\n      id\n      notifications\n    }\n  }\n"): (typeof documents)["\n  subscription BadgeChanged {\n    notificationCountsChanged {\n      id\n      notifications\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateComment($id: ID!, $text: String!, $key: String!) {\n    result: createComment(input: { postId: $id, body: { text: $text }, idempotencyKey: $key }) {\n      post { id commentsCount comments(first: 20, orderBy: LATEST) { ...Comments } }\n      userErrors { message }\n    }\n  }\n"): (typeof documents)["\n  mutation CreateComment($id: ID!, $text: String!, $key: String!) {\n    result: createComment(input: { postId: $id, body: { text: $text }, idempotencyKey: $key }) {\n      post { id commentsCount comments(first: 20, orderBy: LATEST) { ...Comments } }\n      userErrors { message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateReply($id: ID!, $text: String!, $key: String!) {\n    result: createReply(input: { commentId: $id, body: { text: $text }, idempotencyKey: $key }) {\n      parent { id repliesCount replies(first: 100) { edges { node { id ...Comment } } } }\n      userErrors { message }\n    }\n  }\n"): (typeof documents)["\n  mutation CreateReply($id: ID!, $text: String!, $key: String!) {\n    result: createReply(input: { commentId: $id, body: { text: $text }, idempotencyKey: $key }) {\n      parent { id repliesCount replies(first: 100) { edges { node { id ...Comment } } } }\n      userErrors { message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Comment on Comment {\n    id\n    createdAt\n    repliesCount\n    body {\n      html\n    }\n    author {\n      id\n      ...Author\n    }\n    ...LikeButton\n  }\n"): (typeof documents)["\n  fragment Comment on Comment {\n    id\n    createdAt\n    repliesCount\n    body {\n      html\n    }\n    author {\n      id\n      ...Author\n    }\n    ...LikeButton\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Replies($id: ID!) {\n    comment(id: $id) { id repliesCount replies(first: 100) { edges { node { id ...Comment } } } }\n  }\n"): (typeof documents)["\n  query Replies($id: ID!) {\n    comment(id: $id) { id repliesCount replies(first: 100) { edges { node { id ...Comment } } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Comments on CommentConnection {\n    edges {\n      cursor\n      node {\n        id\n        ...Comment\n        replies(first: 100) { edges { node { id ...Comment } } }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n"): (typeof documents)["\n  fragment Comments on CommentConnection {\n    edges {\n      cursor\n      node {\n        id\n        ...Comment\n        replies(first: 100) { edges { node { id ...Comment } } }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query MoreComments($id: ID!, $after: String) {\n    post(by: { id: $id }) { id comments(first: 20, after: $after, orderBy: LATEST) { ...Comments } }\n  }\n"): (typeof documents)["\n  query MoreComments($id: ID!, $after: String) {\n    post(by: { id: $id }) { id comments(first: 20, after: $after, orderBy: LATEST) { ...Comments } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EventFacts on Event {\n    id\n    startsAt\n    endsAt\n    isLive\n    locationType\n    location {\n      name\n    }\n    virtualLocationUrl\n    isLocationHiddenFromNonAttendees\n  }\n"): (typeof documents)["\n  fragment EventFacts on Event {\n    id\n    startsAt\n    endsAt\n    isLive\n    locationType\n    location {\n      name\n    }\n    virtualLocationUrl\n    isLocationHiddenFromNonAttendees\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment LikeButton on Likeable {\n    id\n    likesCount\n    isLikedByViewer\n  }\n"): (typeof documents)["\n  fragment LikeButton on Likeable {\n    id\n    likesCount\n    isLikedByViewer\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LikePost($id: ID!) {\n    result: likePost(input: { postId: $id }) { item: post { id likesCount isLikedByViewer } userErrors { message } }\n  }\n"): (typeof documents)["\n  mutation LikePost($id: ID!) {\n    result: likePost(input: { postId: $id }) { item: post { id likesCount isLikedByViewer } userErrors { message } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UnlikePost($id: ID!) {\n    result: unlikePost(input: { postId: $id }) { item: post { id likesCount isLikedByViewer } userErrors { message } }\n  }\n"): (typeof documents)["\n  mutation UnlikePost($id: ID!) {\n    result: unlikePost(input: { postId: $id }) { item: post { id likesCount isLikedByViewer } userErrors { message } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LikeComment($id: ID!) {\n    result: likeComment(input: { commentId: $id }) { item: comment { id likesCount isLikedByViewer } userErrors { message } }\n  }\n"): (typeof documents)["\n  mutation LikeComment($id: ID!) {\n    result: likeComment(input: { commentId: $id }) { item: comment { id likesCount isLikedByViewer } userErrors { message } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UnlikeComment($id: ID!) {\n    result: unlikeComment(input: { commentId: $id }) { item: comment { id likesCount isLikedByViewer } userErrors { message } }\n  }\n"): (typeof documents)["\n  mutation UnlikeComment($id: ID!) {\n    result: unlikeComment(input: { commentId: $id }) { item: comment { id likesCount isLikedByViewer } userErrors { message } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Pictures on ImagePost {\n    id\n    title\n    gallery {\n      images {\n        id\n        url\n        width\n        height\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment Pictures on ImagePost {\n    id\n    title\n    gallery {\n      images {\n        id\n        url\n        width\n        height\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment PostCard on Post {\n    id\n    slug\n    title\n    createdAt\n    commentsCount\n    body {\n      plainText\n    }\n    author {\n      id\n      ...Author\n    }\n    space {\n      id\n      name\n      slug\n      emoji\n    }\n    ...LikeButton\n    ... on ImagePost {\n      ...Pictures\n    }\n    ... on Event {\n      startsAt\n      ...EventFacts\n    }\n  }\n"): (typeof documents)["\n  fragment PostCard on Post {\n    id\n    slug\n    title\n    createdAt\n    commentsCount\n    body {\n      plainText\n    }\n    author {\n      id\n      ...Author\n    }\n    space {\n      id\n      name\n      slug\n      emoji\n    }\n    ...LikeButton\n    ... on ImagePost {\n      ...Pictures\n    }\n    ... on Event {\n      startsAt\n      ...EventFacts\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment PostList on PostConnection {\n    edges {\n      cursor\n      node {\n        id\n        ...PostCard\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n"): (typeof documents)["\n  fragment PostList on PostConnection {\n    edges {\n      cursor\n      node {\n        id\n        ...PostCard\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Rsvp on Event {\n    id\n    isRsvpEnabled\n    isAttendedByViewer\n    rsvpCount\n    rsvpLimit\n    attendees(first: 4) {\n      edges {\n        node {\n          id\n          member {\n            id\n            name\n            avatarUrl\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment Rsvp on Event {\n    id\n    isRsvpEnabled\n    isAttendedByViewer\n    rsvpCount\n    rsvpLimit\n    attendees(first: 4) {\n      edges {\n        node {\n          id\n          member {\n            id\n            name\n            avatarUrl\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RsvpToEvent($id: ID!) {\n    result: rsvpToEvent(input: { eventId: $id }) { event { id ...Rsvp ...EventFacts } userErrors { message } }\n  }\n"): (typeof documents)["\n  mutation RsvpToEvent($id: ID!) {\n    result: rsvpToEvent(input: { eventId: $id }) { event { id ...Rsvp ...EventFacts } userErrors { message } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CancelRsvp($id: ID!) {\n    result: cancelRsvp(input: { eventId: $id }) { event { id ...Rsvp ...EventFacts } userErrors { message } }\n  }\n"): (typeof documents)["\n  mutation CancelRsvp($id: ID!) {\n    result: cancelRsvp(input: { eventId: $id }) { event { id ...Rsvp ...EventFacts } userErrors { message } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Upcoming {\n    events(first: 4) {\n      edges {\n        node {\n          id\n          slug\n          title\n          startsAt\n          space {\n            id\n            slug\n          }\n          ...EventFacts\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Upcoming {\n    events(first: 4) {\n      edges {\n        node {\n          id\n          slug\n          title\n          startsAt\n          space {\n            id\n            slug\n          }\n          ...EventFacts\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EventCard on Event {\n    id\n    slug\n    title\n    startsAt\n    space {\n      id\n      slug\n    }\n    ...EventFacts\n    ...Rsvp\n  }\n"): (typeof documents)["\n  fragment EventCard on Event {\n    id\n    slug\n    title\n    startsAt\n    space {\n      id\n      slug\n    }\n    ...EventFacts\n    ...Rsvp\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Events($past: Boolean!, $after: String) {\n    events(filter: { past: $past }, first: 10, after: $after) {\n      edges {\n        cursor\n        node {\n          id\n          ...EventCard\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query Events($past: Boolean!, $after: String) {\n    events(filter: { past: $past }, first: 10, after: $after) {\n      edges {\n        cursor\n        node {\n          id\n          ...EventCard\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Home($after: String) {\n    homeFeed(first: 10, after: $after) {\n      ...PostList\n    }\n  }\n"): (typeof documents)["\n  query Home($after: String) {\n    homeFeed(first: 10, after: $after) {\n      ...PostList\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Profile on Member {\n    id\n    name\n    headline\n    bio\n    location\n    avatarUrl\n    largeAvatarUrl\n    postsCount\n    commentsCount\n    spacesCount\n    tags {\n      id\n      name\n      emoji\n    }\n    links {\n      website\n    }\n    gamification {\n      currentLevelName\n      totalPoints\n      levelProgress\n    }\n    posts(first: 10, after: $after) {\n      ...PostList\n    }\n  }\n"): (typeof documents)["\n  fragment Profile on Member {\n    id\n    name\n    headline\n    bio\n    location\n    avatarUrl\n    largeAvatarUrl\n    postsCount\n    commentsCount\n    spacesCount\n    tags {\n      id\n      name\n      emoji\n    }\n    links {\n      website\n    }\n    gamification {\n      currentLevelName\n      totalPoints\n      levelProgress\n    }\n    posts(first: 10, after: $after) {\n      ...PostList\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Member($circleId: ID!, $after: String) {\n    member(by: { circleId: $circleId }) { id ...Profile }\n  }\n"): (typeof documents)["\n  query Member($circleId: ID!, $after: String) {\n    member(by: { circleId: $circleId }) { id ...Profile }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Me($after: String) {\n    viewer { id member { id ...Profile } }\n  }\n"): (typeof documents)["\n  query Me($after: String) {\n    viewer { id member { id ...Profile } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Notification on Notification {\n    id\n    createdAt\n    readAt\n    actorName\n    actorImageUrl\n    actionText\n    title\n    spaceName\n    url\n  }\n"): (typeof documents)["\n  fragment Notification on Notification {\n    id\n    createdAt\n    readAt\n    actorName\n    actorImageUrl\n    actionText\n    title\n    spaceName\n    url\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Notifications($after: String) {\n    viewer {\n      id\n      notifications(first: 20, after: $after) {\n        edges {\n          cursor\n          node {\n            id\n            ...Notification\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Notifications($after: String) {\n    viewer {\n      id\n      notifications(first: 20, after: $after) {\n        edges {\n          cursor\n          node {\n            id\n            ...Notification\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation MarkAsRead($id: ID!) {\n    result: markNotificationAsRead(input: { notificationId: $id }) {\n      notification { id readAt }\n      viewer { id notificationCounts { id notifications } }\n      userErrors { message }\n    }\n  }\n"): (typeof documents)["\n  mutation MarkAsRead($id: ID!) {\n    result: markNotificationAsRead(input: { notificationId: $id }) {\n      notification { id readAt }\n      viewer { id notificationCounts { id notifications } }\n      userErrors { message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation MarkAllAsRead {\n    result: markAllNotificationsAsRead {\n      viewer {\n        id\n        notificationCounts { id notifications }\n        notifications(first: 20) { edges { cursor node { id ...Notification } } pageInfo { hasNextPage endCursor } }\n      }\n      userErrors { message }\n    }\n  }\n"): (typeof documents)["\n  mutation MarkAllAsRead {\n    result: markAllNotificationsAsRead {\n      viewer {\n        id\n        notificationCounts { id notifications }\n        notifications(first: 20) { edges { cursor node { id ...Notification } } pageInfo { hasNextPage endCursor } }\n      }\n      userErrors { message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Open($url: URL!) {\n    resolveUrl(url: $url) {\n      ... on Member {\n        id\n        circleId\n      }\n    }\n  }\n"): (typeof documents)["\n  query Open($url: URL!) {\n    resolveUrl(url: $url) {\n      ... on Member {\n        id\n        circleId\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Post on Post {\n    id\n    title\n    createdAt\n    commentsCount\n    body {\n      html\n      plainText\n    }\n    author {\n      id\n      ...Author\n    }\n    space {\n      id\n      emoji\n    }\n    ...LikeButton\n    ... on ImagePost {\n      ...Pictures\n    }\n    ... on Event {\n      startsAt\n      calendar {\n        ics\n        googleUrl\n      }\n      ...EventFacts\n      ...Rsvp\n    }\n  }\n"): (typeof documents)["\n  fragment Post on Post {\n    id\n    title\n    createdAt\n    commentsCount\n    body {\n      html\n      plainText\n    }\n    author {\n      id\n      ...Author\n    }\n    space {\n      id\n      emoji\n    }\n    ...LikeButton\n    ... on ImagePost {\n      ...Pictures\n    }\n    ... on Event {\n      startsAt\n      calendar {\n        ics\n        googleUrl\n      }\n      ...EventFacts\n      ...Rsvp\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment PostComments on Post {\n    id\n    viewerCannotCommentReasons\n    comments(first: 20, orderBy: LATEST) {\n      ...Comments\n    }\n  }\n"): (typeof documents)["\n  fragment PostComments on Post {\n    id\n    viewerCannotCommentReasons\n    comments(first: 20, orderBy: LATEST) {\n      ...Comments\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Post($space: String!, $post: String!) {\n    post(by: { slug: { space: $space, post: $post } }) {\n      id\n      space { id name }\n      ...Post\n      ...PostComments @defer\n    }\n  }\n"): (typeof documents)["\n  query Post($space: String!, $post: String!) {\n    post(by: { slug: { space: $space, post: $post } }) {\n      id\n      space { id name }\n      ...Post\n      ...PostComments @defer\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Login($email: String!) {\n    result: login(input: { email: $email }) {\n      accessToken\n      accessTokenExpiresAt\n      refreshToken\n      userErrors {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation Login($email: String!) {\n    result: login(input: { email: $email }) {\n      accessToken\n      accessTokenExpiresAt\n      refreshToken\n      userErrors {\n        message\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;