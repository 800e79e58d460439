import { useQuery } from '@apollo/client/react';
import { CalendarPlus, MessageCircle } from 'lucide-react';
import { type FragmentType, getFragmentData, graphql, isFragmentReady } from '../generated';
import type { CannotReason } from '../generated/graphql';
import { Author } from '../parts/author';
import { CommentForm } from '../parts/comment-form';
import { Comments } from '../parts/comments';
import { DateTile, EventFacts } from '../parts/event-facts';
import { LikeButton } from '../parts/like-button';
import { Pictures } from '../parts/pictures';
import { RichText } from '../parts/rich-text';
import { Rsvp } from '../parts/rsvp';
import { Screen } from '../parts/screen';
import { Failed, Skeleton } from '../parts/states';
import { Ago } from '../parts/time';

const PostFragment = graphql(`
  fragment Post on Post {
    id
    title
    createdAt
    commentsCount
    body {
      html
      plainText
    }
    author {
      id
      ...Author
    }
    space {
      id
      emoji
    }
    ...LikeButton
    ... on ImagePost {
      ...Pictures
    }
    ... on Event {
      startsAt
      calendar {
        ics
        googleUrl
      }
      ...EventFacts
      ...Rsvp
    }
  }
`);

const PostCommentsFragment = graphql(`
  fragment PostComments on Post {
    id
    viewerCannotCommentReasons
    comments(first: 20, orderBy: LATEST) {
      ...Comments
    }
  }
`);

const PostQuery = graphql(`
  query Post($space: String!, $post: String!) {
    post(by: { slug: { space: $space, post: $post } }) {
      id
      space { id name }
      ...Post
      ...PostComments @defer
    }
  }
`);

/**
 * A post of any kind. Its address is the one that it has on the community's own pages, so that links work here too. The
 * comments take another request to Circle and come when they are there.
 */
export function PostScreen({ space, post: slug }: { space: string; post: string }) {
  const { data, error, refetch } = useQuery(PostQuery, { variables: { space, post: slug }, fetchPolicy: 'cache-and-network' });
  const post = data?.post;
  return (
    <Screen title={post?.space.name ?? 'Post'} canGoBack>
      {error ? <Failed error={error} retry={refetch} /> : !post ? <Skeleton of="card" count={1} /> : (
        <>
          <Post of={post} />
          {isFragmentReady(PostQuery, PostCommentsFragment, post) ? <PostComments of={post} /> : <Skeleton of="row" />}
        </>
      )}
    </Screen>
  );
}

function Post({ of }: { of: FragmentType<typeof PostFragment> }) {
  const post = getFragmentData(PostFragment, of);
  return (
    <article className="card post whole" aria-labelledby="post-title">
      <title>{`${post.title} · Thornbury Lane`}</title>
      <Author of={post.author}><Ago at={post.createdAt} /> {post.space.emoji}</Author>
      <div className={post.__typename === 'Event' ? 'with-date' : undefined}>
        {post.__typename === 'Event' && <DateTile at={post.startsAt} />}
        <div>
          <h2 id="post-title">{post.title}</h2>
          {post.__typename === 'Event' && <EventFacts of={post} />}
        </div>
      </div>
      {post.body.plainText !== post.title && <RichText html={post.body.html} />}
      {post.__typename === 'ImagePost' && <Pictures of={post} />}
      {post.__typename === 'Event' && post.calendar && (
        <p className="calendar">
          <CalendarPlus aria-hidden="true" />
          <a href={`data:text/calendar;charset=utf-8,${encodeURIComponent(post.calendar.ics)}`} download="event.ics">Add to calendar</a>
          <a href={post.calendar.googleUrl} target="_blank" rel="noreferrer">Google Calendar</a>
        </p>
      )}
      {post.__typename === 'Event' && <Rsvp of={post} />}
      <footer>
        <LikeButton of={post} />
        <span className="reaction"><MessageCircle aria-hidden="true" />{post.commentsCount}<span className="unseen"> comments</span></span>
      </footer>
    </article>
  );
}

function PostComments({ of }: { of: FragmentType<typeof PostCommentsFragment> }) {
  const { id, comments, viewerCannotCommentReasons: [why] } = getFragmentData(PostCommentsFragment, of);
  return (
    <section className="card" id="comments" aria-label="Comments">
      {why ? <p className="meta">{reasons[why]}</p> : <CommentForm on={id} />}
      <Comments on={id} of={comments} />
    </section>
  );
}

const reasons: Record<CannotReason, string> = {
  SPACE_NOT_JOINED: 'Whoever has joined the space can comment.',
  LIKES_DISABLED: 'Likes are switched off here.',
  COMMENTS_DISABLED: 'Comments are switched off here.',
  COMMENTS_CLOSED: 'Comments are closed.',
};
