import { useQuery } from '@apollo/client/react';
import { Globe, LogOut, MapPin } from 'lucide-react';
import { signOut } from '../api/client';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Avatar } from '../parts/avatar';
import { PostList } from '../parts/post-list';
import { Screen } from '../parts/screen';
import { Failed, Skeleton } from '../parts/states';

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

const MemberQuery = graphql(`
  query Member($circleId: ID!, $after: String) {
    member(by: { circleId: $circleId }) { id ...Profile }
  }
`);

const Me = graphql(`
  query Me($after: String) {
    viewer { id member { id ...Profile } }
  }
`);

/** Another member. */
export function MemberScreen({ circleId }: { circleId: string }) {
  const { data, error, refetch, fetchMore } = useQuery(MemberQuery, { variables: { circleId } });
  return (
    <Screen title="Member" canGoBack>
      {error ? <Failed error={error} retry={refetch} /> : !data?.member ? <Skeleton of="profile" count={1} /> : (
        <Profile of={data.member} more={(after) => fetchMore({ variables: { after } })} />
      )}
    </Screen>
  );
}

/** The member who is signed in. */
export function MeScreen() {
  const { data, error, refetch, fetchMore } = useQuery(Me);
  const leave = <button type="button" className="button quiet" onClick={() => void signOut()}><LogOut aria-hidden="true" />Sign out</button>;
  return (
    <Screen title="Profile" action={leave}>
      {error ? <Failed error={error} retry={refetch} /> : !data?.viewer ? <Skeleton of="profile" count={1} /> : (
        <Profile of={data.viewer.member} more={(after) => fetchMore({ variables: { after } })} />
      )}
    </Screen>
  );
}

function Profile({ of, more }: { of: FragmentType<typeof ProfileFragment>; more: (after: string | null | undefined) => Promise<unknown> }) {
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
      <PostList of={member.posts} more={more} />
    </>
  );
}
