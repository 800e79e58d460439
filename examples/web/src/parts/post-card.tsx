import { MessageCircle, Pin } from 'lucide-react';
import { Link } from 'wouter';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Author } from './author';
import { DateTile, EventFacts } from './event-facts';
import { LikeButton } from './like-button';
import { Pictures } from './pictures';
import { PostMenu } from './post-menu';
import { SpaceName } from './space-name';
import { Ago } from './time';

const PostCardFragment = graphql(`
  fragment PostCard on Post {
    id
    slug
    title
    createdAt
    commentsCount
    isPinned
    body {
      plainText
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
      slug
      ...SpaceName
    }
    ...LikeButton
    ...PostMenu
    ... on ImagePost {
      ...Pictures
    }
    ... on Event {
      startsAt
      ...EventFacts
    }
  }
`);

/** A post in a list. Within its own space the name of that goes without saying. */
export function PostCard({ of, isInSpace = false }: { of: FragmentType<typeof PostCardFragment>; isInSpace?: boolean }) {
  const post = getFragmentData(PostCardFragment, of);
  const href = post.space ? `/c/${post.space.slug}/${post.slug}` : '/';
  const isTitleTheText = post.body.plainText === post.title;
  return (
    <article className="card post" aria-labelledby={post.id}>
      <div className="post-head">
        <Author of={post.author}>
          <Ago at={post.createdAt} />
          {post.space && !isInSpace && <> in <SpaceName of={post.space} /></>}
          {post.isPinned && isInSpace && <span className="pinned"><Pin aria-hidden="true" />Pinned</span>}
        </Author>
        <PostMenu of={post} href={href} />
      </div>
      <div className={post.__typename === 'Event' ? 'with-date' : undefined}>
        {post.__typename === 'Event' && <DateTile at={post.startsAt} />}
        <div>
          <h2 id={post.id}><Link href={href}>{post.title}</Link></h2>
          {post.__typename === 'Event' && <EventFacts of={post} />}
        </div>
      </div>
      {!isTitleTheText && <p className="excerpt">{post.body.plainText}</p>}
      {post.__typename === 'ImagePost' && <Pictures of={post} />}
      {post.cover?.url && <img className="cover" src={post.cover.url} alt="" loading="lazy" />}
      <footer>
        <LikeButton of={post} />
        <Link className="reaction" href={`${href}#comments`} aria-label={`${post.commentsCount} comments`}>
          <MessageCircle aria-hidden="true" />
          {post.commentsCount > 0 && <span>{post.commentsCount}</span>}
        </Link>
      </footer>
    </article>
  );
}
