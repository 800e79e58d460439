import { MessageCircle } from 'lucide-react';
import { Link } from 'wouter';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Author } from './author';
import { DateTile, EventFacts } from './event-facts';
import { LikeButton } from './like-button';
import { Pictures } from './pictures';
import { Ago } from './time';

const PostCardFragment = graphql(`
  fragment PostCard on Post {
    id
    slug
    title
    createdAt
    commentsCount
    body {
      plainText
    }
    author {
      id
      ...Author
    }
    space {
      id
      name
      slug
      emoji
    }
    ...LikeButton
    ... on ImagePost {
      ...Pictures
    }
    ... on Event {
      startsAt
      ...EventFacts
    }
  }
`);

/** A post in a list. */
export function PostCard({ of }: { of: FragmentType<typeof PostCardFragment> }) {
  const post = getFragmentData(PostCardFragment, of);
  const href = `/c/${post.space.slug}/${post.slug}`;
  const isTitleTheText = post.body.plainText === post.title;
  return (
    <article className="card post" aria-labelledby={post.id}>
      <Author of={post.author}><Ago at={post.createdAt} /> in {post.space.emoji} {post.space.name}</Author>
      <div className={post.__typename === 'Event' ? 'with-date' : undefined}>
        {post.__typename === 'Event' && <DateTile at={post.startsAt} />}
        <div>
          <h2 id={post.id}><Link href={href}>{post.title}</Link></h2>
          {post.__typename === 'Event' && <EventFacts of={post} />}
        </div>
      </div>
      {!isTitleTheText && <p className="excerpt">{post.body.plainText}</p>}
      {post.__typename === 'ImagePost' && <Pictures of={post} />}
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
