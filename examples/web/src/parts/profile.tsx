import { Globe, MapPin } from 'lucide-react';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Avatar } from './avatar';
import { PostList } from './post-list';

const ProfileFragment = graphql(`
  fragment Profile on Member {
    id
    name
    headline
    bio
    location
    avatarUrl
    largeAvatarUrl
    postsCount
    commentsCount
    spacesCount
    tags {
      id
      name
      emoji
    }
    links {
      website
    }
    gamification {
      currentLevelName
      totalPoints
      levelProgress
    }
    posts(first: 10, after: $after) {
      ...PostList
    }
  }
`);

type Props = { of: FragmentType<typeof ProfileFragment>; more: (after: string | null | undefined) => Promise<unknown>; children: React.ReactNode };

/** A member with what they have written. `children` are what can be done here. */
export function Profile({ of, more, children }: Props) {
  const member = getFragmentData(ProfileFragment, of);
  const level = member.gamification;
  return (
    <>
      <section className="card profile" aria-labelledby="name">
        <title>{`${member.name} · Thornbury Lane`}</title>
        <Avatar large name={member.name} url={member.largeAvatarUrl ?? member.avatarUrl} />
        <h2 id="name">{member.name}</h2>
        {member.headline && <p>{member.headline}</p>}
        <p className="tags">{member.tags.map(({ id, name, emoji }) => <span key={id}>{emoji} {name}</span>)}</p>
        {member.bio && <p className="bio">{member.bio}</p>}
        <p className="meta">
          {member.location && <span><MapPin aria-hidden="true" />{member.location}</span>}
          {member.links.website && <a href={member.links.website} target="_blank" rel="noreferrer"><Globe aria-hidden="true" />{new URL(member.links.website).host}</a>}
        </p>
        <div className="profile-actions">{children}</div>
        <dl>
          <div><dt>Posts</dt><dd>{member.postsCount}</dd></div>
          <div><dt>Comments</dt><dd>{member.commentsCount}</dd></div>
          <div><dt>Spaces</dt><dd>{member.spacesCount}</dd></div>
        </dl>
        {level && (
          <p className="level">
            <label htmlFor="level">{level.currentLevelName ?? 'Level'} <span className="meta">{level.totalPoints} points</span></label>
            <progress id="level" max={100} value={level.levelProgress} />
          </p>
        )}
      </section>
      <h2 className="list-head">Posts</h2>
      <PostList of={member.posts} more={more}>Nothing yet.</PostList>
    </>
  );
}
