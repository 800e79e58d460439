import { CalendarPlus, MessageCircle, Play } from 'lucide-react';
import { useEffect } from 'react';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql, isFragmentReady } from '../generated';
import type { CannotReason } from '../generated/graphql';
import { shareable } from '../parts/addresses';
import { Attachments } from '../parts/attachments';
import { Author } from '../parts/author';
import { Comment } from '../parts/comment';
import { CommentForm } from '../parts/comment-form';
import { Comments, CommentsFragment } from '../parts/comments';
import { DateTile, EventFacts } from '../parts/event-facts';
import { Letters } from '../parts/letters';
import { LikeButton } from '../parts/like-button';
import { Pictures } from '../parts/pictures';
import { PostMenu } from '../parts/post-menu';
import { RichText } from '../parts/rich-text';
import { Rsvp } from '../parts/rsvp';
import { Screen } from '../parts/screen';
import { SpaceName } from '../parts/space-name';
import { Failed, Skeleton } from '../parts/states';
import { Ago, isOver } from '../parts/time';

const PostFragment = graphql(`
  fragment Post on Post {
    id
    title
    createdAt
    commentsCount
    body {
      html
      plainText
      ...Attachments
    }
    cover {
      url
    }
    author {
      id
      ...Author
    }
    space {
      id
      ...SpaceName
    }
    ...LikeButton
    ...PostMenu
    ... on ImagePost {
      ...Pictures
    }
    ... on Event {
      startsAt
      endsAt
      recordingUrl
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

const CommentAt = graphql(`
  query CommentAt($url: URL!) {
    resolveUrl(url: $url) {
      ... on Comment { id circleId ...Comment }
    }
  }
`);

/**
 * A post of any kind. Its address is the one that it has on the community's own pages, so that links work here too. The
 * comments take another request to Circle and come when they are there.
 */
export default function PostScreen({ space, post: slug }: { space: string; post: string }) {
  const { data, error, refetch } = useScreen(PostQuery, { variables: { space, post: slug }, fetchPolicy: 'cache-and-network' });
  const post = data?.post;
  return (
    <Screen title={post?.space?.name ?? 'Post'} canGoBack refresh={refetch}>
      {error ? <Failed error={error} retry={refetch} /> : !post ? <Skeleton of="card" count={1} /> : (
        <>
          <Post of={post} href={`/c/${space}/${slug}`} />
          {isFragmentReady(PostQuery, PostCommentsFragment, post) ? <PostComments of={post} /> : <Skeleton of="row" />}
        </>
      )}
    </Screen>
  );
}

function Post({ of, href }: { of: FragmentType<typeof PostFragment>; href: string }) {
  const post = getFragmentData(PostFragment, of);
  return (
    <article className="card post whole" aria-labelledby="post-title">
      <title>{`${post.title} · Thornbury Lane`}</title>
      <div className="post-head">
        <Author of={post.author}><Ago at={post.createdAt} />{post.space && <> in <SpaceName of={post.space} /></>}</Author>
        <PostMenu of={post} href={href} />
      </div>
      <div className={post.__typename === 'Event' ? 'with-date' : undefined}>
        {post.__typename === 'Event' && <DateTile at={post.startsAt} />}
        <div>
          <h2 id="post-title">{post.title}</h2>
          {post.__typename === 'Event' && <EventFacts of={post} />}
        </div>
      </div>
      {post.cover?.url && <img className="cover" src={post.cover.url} alt="" />}
      {post.body.plainText !== post.title && <RichText html={post.body.html} />}
      <Attachments of={post.body} />
      {post.__typename === 'ImagePost' && <Pictures of={post} />}
      {post.__typename === 'Event' && post.recordingUrl && (
        <p className="calendar"><Play aria-hidden="true" /><a href={post.recordingUrl} target="_blank" rel="noreferrer">Watch the recording</a></p>
      )}
      {post.__typename === 'Event' && post.calendar && !isOver(post) && (
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
      <Letters on={id} />
      <CommentInAddress of={comments} />
      <Comments on={id} of={comments} />
    </section>
  );
}

/** Leads to the comment that the address names. One further down is fetched and stands first. */
function CommentInAddress({ of }: { of: FragmentType<typeof CommentsFragment> }) {
  const { hash, pathname } = location;
  const wanted = /^#comment_wrapper_(\d+)$/.exec(hash)?.[1];
  const isInList = getFragmentData(CommentsFragment, of).edges.some(({ node }) => node.circleId === wanted || node.replies.edges.some((reply) => reply.node.circleId === wanted));
  const { data } = useScreen(CommentAt, { variables: { url: shareable(pathname + hash) }, skip: !wanted || isInList });
  const found = data?.resolveUrl?.__typename === 'Comment' ? data.resolveUrl : undefined;
  useEffect(() => {
    if (!hash) return;
    const target = document.querySelector<HTMLElement>(`[id="${CSS.escape(hash.slice(1))}"]`);
    target?.scrollIntoView({ block: 'center' });
    if (target?.matches('.comment')) target.focus({ preventScroll: true });
  }, [hash, found]); // oxlint-disable-line react/exhaustive-effect-dependencies -- it may be there only now
  if (!found) return null;
  return <div className="found"><p className="meta">The comment you came for</p><Comment of={found} /></div>;
}

const reasons: Record<CannotReason, string> = {
  SPACE_NOT_JOINED: 'Whoever has joined the space can comment.',
  LIKES_DISABLED: 'Likes are switched off here.',
  COMMENTS_DISABLED: 'Comments are switched off here.',
  COMMENTS_CLOSED: 'Comments are closed.',
};
