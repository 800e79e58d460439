import { Lock } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import type { SpaceType } from '../generated/graphql';
import { Failed, Skeleton } from './states';

const SpaceRowFragment = graphql(`
  fragment SpaceRow on Space {
    id
    name
    slug
    emoji
    type
    isPrivate
    isJoinedByViewer
    unreadContentCount
  }
`);

const Spaces = graphql(`
  query Spaces {
    spaceGroups {
      id
      name
      spaces {
        id
        ...SpaceRow
      }
    }
    spaces {
      id
      group {
        id
      }
      ...SpaceRow
    }
  }
`);

/** All spaces in their groups, with how much in them is new. One request to Circle. */
export function SpaceList({ isSmall = false }: { isSmall?: boolean }) {
  const { data, error, refetch } = useScreen(Spaces);
  if (error) return isSmall ? null : <Failed error={error} retry={refetch} />;
  if (!data) return isSmall ? null : <Skeleton of="row" count={8} />;
  const groups = data.spaceGroups.map(({ id, name, spaces }) => ({ id, name, spaces: spaces as FragmentType<typeof SpaceRowFragment>[] }));
  const others = data.spaces.filter(({ group }) => !group);
  if (others.length > 0) groups.push({ id: 'others', name: 'Other spaces', spaces: others });
  return groups.map((group) => (
    <section key={group.id} className={isSmall ? 'space-group' : 'space-group card'} aria-labelledby={`group-${isSmall}-${group.id}`}>
      <h2 id={`group-${isSmall}-${group.id}`}>{group.name}</h2>
      <ul>{group.spaces.map((space) => <SpaceRow key={getFragmentData(SpaceRowFragment, space).id} of={space} isSmall={isSmall} />)}</ul>
    </section>
  ));
}

function SpaceRow({ of, isSmall }: { of: FragmentType<typeof SpaceRowFragment>; isSmall: boolean }) {
  const space = getFragmentData(SpaceRowFragment, of);
  const [path] = useLocation();
  const isHere = path === `/c/${space.slug}` || path.startsWith(`/c/${space.slug}/`) || path.startsWith(`/spaces/${space.slug}/`);
  return (
    <li>
      <Link className="space-row" href={`/c/${space.slug}`} aria-current={isHere ? 'page' : undefined}>
        <span className="space-emoji" aria-hidden="true">{space.emoji ?? '🌿'}</span>
        <span className="space-words">
          <b>{space.name}</b>
          {!isSmall && <span className="meta">{kinds[space.type]}{!space.isJoinedByViewer && !space.isPrivate && ' · not joined yet'}{space.isPrivate && ' · by invitation'}</span>}
        </span>
        {space.isPrivate && !space.isJoinedByViewer && <Lock aria-hidden="true" />}
        {space.unreadContentCount > 0 && <span className="badge">{space.unreadContentCount}<span className="unseen"> new</span></span>}
      </Link>
    </li>
  );
}

const kinds: Record<SpaceType, string> = {
  BASIC: 'Posts', CHAT: 'Chat', EVENT: 'Events', COURSE: 'Course', MEMBERS: 'Members', IMAGE: 'Pictures', UNKNOWN: 'Space',
};
