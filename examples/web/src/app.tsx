import { Bell, CalendarDays, House, LayoutGrid, type LucideIcon, MessagesSquare, Search, UserRound } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useSyncExternalStore } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { useOnline } from './api/online';
import { openOutbox, useLetters } from './api/outbox';
import { useTokens } from './api/session';
import { Announcements } from './parts/announcements';
import { useArrival } from './parts/arrival';
import { useNewNotifications } from './parts/badge';
import { Boundary } from './parts/boundary';
import { useUnreadRooms } from './parts/inbox';
import { SpaceList } from './parts/space-list';
import { Skeleton } from './parts/states';
import { Upcoming } from './parts/upcoming';
import { HomeScreen } from './screens/home';

// Each screen comes when it is opened first; only the first one comes with the app.
const BookmarksScreen = lazy(() => import('./screens/bookmarks'));
const EditProfileScreen = lazy(() => import('./screens/edit-profile'));
const EventsScreen = lazy(() => import('./screens/events'));
const LessonScreen = lazy(() => import('./screens/lesson'));
const MeScreen = lazy(() => import('./screens/me'));
const MemberScreen = lazy(() => import('./screens/member'));
const MessagesScreen = lazy(() => import('./screens/messages'));
const NewMessageScreen = lazy(() => import('./screens/new-message'));
const NotFoundScreen = lazy(() => import('./screens/not-found'));
const NotificationsScreen = lazy(() => import('./screens/notifications'));
const OpenScreen = lazy(() => import('./screens/open'));
const PostScreen = lazy(() => import('./screens/post'));
const PreferencesScreen = lazy(() => import('./screens/preferences'));
const QuizAttemptScreen = lazy(async () => ({ default: (await import('./screens/quiz')).QuizAttemptScreen }));
const QuizScreen = lazy(async () => ({ default: (await import('./screens/quiz')).QuizScreen }));
const QuizzesScreen = lazy(() => import('./screens/quizzes'));
const RoomScreen = lazy(() => import('./screens/room'));
const SearchScreen = lazy(() => import('./screens/search'));
const SignInScreen = lazy(() => import('./screens/sign-in'));
const SpaceMembersScreen = lazy(() => import('./screens/space-members'));
const SpaceScreen = lazy(() => import('./screens/space'));
const SpacesScreen = lazy(() => import('./screens/spaces'));
const ThreadScreen = lazy(() => import('./screens/thread'));
const WriteScreen = lazy(() => import('./screens/write'));

export function App() {
  const tokens = useTokens();
  return (
    <>
      {tokens ? <SignedIn /> : <Suspense><SignInScreen /></Suspense>}
      <Announcements />
    </>
  );
}

function SignedIn() {
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const notifications = useNewNotifications();
  const rooms = useUnreadRooms();
  useArrival(path, main);
  useEffect(openOutbox, []);
  return (
    <div className="shell">
      <a className="skip" href="#main">Skip to the content</a>
      <nav aria-label="Main">
        <Link className="brand" href="/"><img src="/icon.svg" alt="" width="32" height="32" />Thornbury Lane</Link>
        <Tab href="/" icon={House}>Home</Tab>
        <Tab href="/search" icon={Search} isWide>Search</Tab>
        <Tab href="/spaces" icon={LayoutGrid} isNarrow>Spaces</Tab>
        <Tab href="/messages" icon={MessagesSquare} count={rooms}>Messages</Tab>
        <Tab href="/events" icon={CalendarDays} isWide>Events</Tab>
        <Tab href="/notifications" icon={Bell} count={notifications}>Notifications</Tab>
        <Tab href="/me" icon={UserRound}>Profile</Tab>
        <Beside query="(min-width: 900px)"><div className="nav-spaces"><SpaceList isSmall /></div></Beside>
      </nav>
      <main id="main" ref={main} tabIndex={-1}>
        <Connection />
        <Boundary key={path}>
          <Suspense fallback={<Skeleton of="card" />}>
            <Switch>
              <Route path="/"><HomeScreen /></Route>
              <Route path="/spaces"><SpacesScreen /></Route>
              <Route path="/spaces/:space/members">{({ space }) => <SpaceMembersScreen key={space} slug={space} />}</Route>
              <Route path="/spaces/:space/write">{({ space }) => <WriteScreen key={space} slug={space} />}</Route>
              <Route path="/c/:space/sections/:section/lessons/:lesson">{({ space, lesson }) => <LessonScreen key={lesson} space={space} lesson={lesson} />}</Route>
              <Route path="/c/:space/quizzes/:quiz/attempts/:attempt">{({ space, quiz, attempt }) => <QuizAttemptScreen key={attempt} space={space} quiz={quiz} attempt={attempt} />}</Route>
              <Route path="/c/:space/quizzes/:quiz">{({ space, quiz }) => <QuizScreen key={quiz} space={space} quiz={quiz} />}</Route>
              <Route path="/spaces/:space/quizzes">{({ space }) => <QuizzesScreen key={space} slug={space} />}</Route>
              <Route path="/c/:space/:post">{({ space, post }) => <PostScreen key={post} space={space} post={post} />}</Route>
              <Route path="/c/:space">{({ space }) => <SpaceScreen key={space} slug={space} />}</Route>
              <Route path="/events"><EventsScreen /></Route>
              <Route path="/messages"><MessagesScreen /></Route>
              <Route path="/messages/new"><NewMessageScreen /></Route>
              <Route path="/messages/:room/:message">{({ message }) => <ThreadScreen key={message} id={decodeURIComponent(message)} />}</Route>
              <Route path="/messages/:room">{({ room }) => <RoomScreen key={room} uuid={room} />}</Route>
              <Route path="/notifications"><NotificationsScreen /></Route>
              <Route path="/search"><SearchScreen /></Route>
              <Route path="/me"><MeScreen /></Route>
              <Route path="/me/edit"><EditProfileScreen /></Route>
              <Route path="/me/bookmarks"><BookmarksScreen /></Route>
              <Route path="/me/preferences"><PreferencesScreen /></Route>
              <Route path="/members/:circleId">{({ circleId }) => <MemberScreen key={circleId} circleId={circleId} />}</Route>
              <Route path="/u/:uid">{({ uid }) => <Redirect to={`/open?url=${encodeURIComponent(`/u/${uid}`)}`} replace />}</Route>
              <Route path="/open"><OpenScreen /></Route>
              <Route><NotFoundScreen /></Route>
            </Switch>
          </Suspense>
        </Boundary>
      </main>
      {path !== '/events' && <Beside query="(min-width: 1100px)"><Upcoming /></Beside>}
    </div>
  );
}

type TabProps = { href: string; icon: LucideIcon; count?: number; isWide?: boolean; isNarrow?: boolean; children: string };

function Tab({ href, icon: Icon, count = 0, isWide = false, isNarrow = false, children }: TabProps) {
  const [path] = useLocation();
  const isHere = path === href || (href !== '/' && path.startsWith(`${href}/`)) || (isNarrow && path.startsWith('/c/'));
  return (
    <Link className={`tab${isWide ? ' wide' : ''}${isNarrow ? ' narrow' : ''}`} href={href} aria-current={isHere ? 'page' : undefined}>
      <Icon aria-hidden="true" />
      <span>{children}</span>
      {count > 0 && <span className="badge">{count}<span className="unseen"> new</span></span>}
    </Link>
  );
}

/** What stands beside the screen if there is room. A phone does not fetch it. */
function Beside({ query, children }: { query: string; children: React.ReactNode }) {
  const wide = matchMedia(query);
  const isWide = useSyncExternalStore((tell) => {
    wide.addEventListener('change', tell);
    return () => wide.removeEventListener('change', tell);
  }, () => wide.matches);
  return isWide && children;
}

/** Whether the community can be reached, and how much waits for it. */
function Connection() {
  const isOnline = useOnline();
  const waiting = useLetters().filter(({ state }) => state === 'WAITING').length;
  const words = isOnline ? '' : `You are offline. What you see may be old.${waiting > 0 ? ` ${waiting} to send when you are back.` : ''}`;
  return <div role="status">{words && <p className="offline">{words}</p>}</div>;
}
