import { ListChecks, LogOut, Lock, PenLine, Users } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import { Link } from 'wouter';
import { useAction } from '../api/action';
import { update } from '../api/cache';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { say } from '../parts/announcements';
import { LiveMode } from '../parts/live-mode';
import { Menu, MenuItem } from '../parts/menu';
import { Screen } from '../parts/screen';
import { SpaceChat } from '../parts/space-chat';
import { SpaceCourse } from '../parts/space-course';
import { SpaceEvents } from '../parts/space-events';
import { SpaceMembers } from '../parts/space-members';
import { SpacePictures } from '../parts/space-pictures';
import { SpacePosts } from '../parts/space-posts';
import { Empty, Failed, Skeleton } from '../parts/states';

const SpaceHeadFragment = graphql(`
  fragment SpaceHead on Space {
    id
    name
    slug
    emoji
    type
    coverImageUrl
    isPrivate
    isJoinedByViewer
    isPostingDisabled
    viewerCanCreatePost
    viewerCanLeave
    unreadContentCount
    visibleTabs {
      members
    }
  }
`);

const SpaceQuery = graphql(`
  query Space($slug: String!) {
    space(by: { slug: $slug }) { id circleId name ...SpaceHead }
  }
`);

const WhoAmI = graphql(`
  query WhoAmI {
    viewer { id member { id isAdmin } }
  }
`);

const JoinSpace = graphql(`
  mutation JoinSpace($id: ID!) {
    result: joinSpace(input: { spaceId: $id }) { space { id ...SpaceHead } userErrors { message } }
  }
`);
const LeaveSpace = graphql(`
  mutation LeaveSpace($id: ID!) {
    result: leaveSpace(input: { spaceId: $id }) { space { id ...SpaceHead } userErrors { message } }
  }
`);
const MarkSpaceAsRead = graphql(`
  mutation MarkSpaceAsRead($id: ID!) {
    result: markSpaceAsRead(input: { spaceId: $id }) { userErrors { message } }
  }
`);

/** A space of any kind, at the address that it has on the community's own pages. */
export default function SpaceScreen({ slug }: { slug: string }) {
  const { data, error, refetch } = useScreen(SpaceQuery, { variables: { slug } });
  const space = data?.space;
  return (
    <Screen title={space?.name ?? 'Space'} canGoBack action={space && <SpaceActions of={space} />}>
      {error ? <Failed error={error} retry={refetch} /> : !data ? <Skeleton of="card" /> : !space ? (
        <Empty icon={Lock} title="This is not here">It was removed, or only others may see it.</Empty>
      ) : <Space key={space.id} of={space} />}
    </Screen>
  );
}

function SpaceActions({ of }: { of: FragmentType<typeof SpaceHeadFragment> }) {
  const space = getFragmentData(SpaceHeadFragment, of);
  const [leave] = useAction(LeaveSpace);
  if (!space.isJoinedByViewer) return null;
  return (
    <>
      {space.type === 'CHAT' && <LiveMode />}
      {space.visibleTabs.members && space.type !== 'MEMBERS' && (
        <Link className="icon-button" href={`/spaces/${space.slug}/members`} aria-label="Members of this space"><Users aria-hidden="true" /></Link>
      )}
      {(space.viewerCanLeave || space.type === 'COURSE') && (
        <Menu label={`More about ${space.name}`}>
          {space.type === 'COURSE' && <ForAdmins><Link href={`/spaces/${space.slug}/quizzes`}><ListChecks aria-hidden="true" />Quizzes</Link></ForAdmins>}
          {space.viewerCanLeave && <MenuItem icon={LogOut} run={async () => { if (await leave({ variables: { id: space.id } })) say(`You have left ${space.name}`); }}>Leave this space</MenuItem>}
        </Menu>
      )}
    </>
  );
}

/** Asks who the viewer is only when a menu opens. */
function ForAdmins({ children }: { children: React.ReactNode }) {
  const { data } = useScreen(WhoAmI);
  return data?.viewer?.member?.isAdmin ? children : null;
}

function Space({ of }: { of: FragmentType<typeof SpaceHeadFragment> }) {
  const space = getFragmentData(SpaceHeadFragment, of);
  const [join, isJoining] = useAction(JoinSpace);
  useReadMark(space.id, space.isJoinedByViewer ? space.unreadContentCount : 0);
  if (space.isPrivate && !space.isJoinedByViewer) {
    return <Empty icon={Lock} title={`${space.name} is private`}>Only its members can read it. Whoever runs it invites people; ask one of the admins.</Empty>;
  }
  return (
    <>
      {space.coverImageUrl && <img className="space-cover" src={space.coverImageUrl} alt="" />}
      {!space.isJoinedByViewer && (
        <div className="card join">
          <p><b>You have not joined yet.</b> <span className="meta">Join to write here and to hear what is new.</span></p>
          <button type="button" className="button" disabled={isJoining} onClick={() => void join({ variables: { id: space.id } })}>{isJoining ? 'Joining…' : 'Join'}</button>
        </div>
      )}
      {space.viewerCanCreatePost && (space.type === 'BASIC' || space.type === 'IMAGE') && (
        <Link className="card write-here" href={`/spaces/${space.slug}/write`}><PenLine aria-hidden="true" />{space.type === 'IMAGE' ? 'Show pictures' : 'Write a post'}</Link>
      )}
      {space.isPostingDisabled && space.isJoinedByViewer && <p className="meta note">Only those who run this space write here. Everybody can comment.</p>}
      <Content key={String(space.isJoinedByViewer)} id={space.id} type={space.type} isJoined={space.isJoinedByViewer} />
    </>
  );
}

function Content({ id, type, isJoined }: { id: string; type: string; isJoined: boolean }) {
  switch (type) {
    case 'IMAGE': return <SpacePictures id={id} />;
    case 'EVENT': return <SpaceEvents id={id} />;
    case 'COURSE': return <SpaceCourse id={id} />;
    case 'CHAT': return <SpaceChat id={id} isJoined={isJoined} />;
    case 'MEMBERS': return <SpaceMembers id={id} />;
    default: return <SpacePosts id={id} />;
  }
}

/** Who opens a space has seen what is new in it. */
function useReadMark(id: string, unread: number) {
  const [mark] = useAction(MarkSpaceAsRead);
  const run = useEffectEvent(async () => {
    if (await mark({ variables: { id } })) update({ __typename: 'Space', id }, { unreadContentCount: 0 });
  });
  useEffect(() => {
    if (unread > 0 && navigator.onLine) void run();
  }, [unread]);
}
