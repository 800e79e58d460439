import { Bell, CalendarDays, House, type LucideIcon, UserRound } from 'lucide-react';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { useTokens } from './api/session';
import { Announcements } from './parts/announcements';
import { useNewNotifications } from './parts/badge';
import { Upcoming } from './parts/upcoming';
import { EventsScreen } from './screens/events';
import { HomeScreen } from './screens/home';
import { MemberScreen, MeScreen } from './screens/member';
import { NotificationsScreen } from './screens/notifications';
import { OpenScreen } from './screens/open';
import { PostScreen } from './screens/post';
import { SignInScreen } from './screens/sign-in';

export function App() {
  const tokens = useTokens();
  return (
    <>
      <Offline />
      {tokens ? <SignedIn /> : <SignInScreen />}
      <Announcements />
    </>
  );
}

function SignedIn() {
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const count = useNewNotifications();
  useArrival(path, main);
  return (
    <div className="shell">
      <a className="skip" href="#main">Skip to the content</a>
      <nav aria-label="Main">
        <Link className="brand" href="/"><img src="/icon.svg" alt="" width="32" height="32" />Thornbury Lane</Link>
        <Tab href="/" icon={House}>Home</Tab>
        <Tab href="/events" icon={CalendarDays}>Events</Tab>
        <Tab href="/notifications" icon={Bell} count={count}>Notifications</Tab>
        <Tab href="/me" icon={UserRound}>Profile</Tab>
      </nav>
      <main id="main" ref={main} tabIndex={-1}>
        <Switch>
          <Route path="/"><HomeScreen /></Route>
          <Route path="/c/:space/:post">{({ space, post }) => <PostScreen key={post} space={space} post={post} />}</Route>
          <Route path="/events"><EventsScreen /></Route>
          <Route path="/notifications"><NotificationsScreen /></Route>
          <Route path="/me"><MeScreen /></Route>
          <Route path="/members/:circleId">{({ circleId }) => <MemberScreen key={circleId} circleId={circleId} />}</Route>
          <Route path="/open"><OpenScreen /></Route>
          <Route><HomeScreen /></Route>
        </Switch>
      </main>
      {path !== '/events' && <Upcoming />}
    </div>
  );
}

function Tab({ href, icon: Icon, count = 0, children }: { href: string; icon: LucideIcon; count?: number; children: string }) {
  const [path] = useLocation();
  return (
    <Link className="tab" href={href} aria-current={path === href ? 'page' : undefined}>
      <Icon aria-hidden="true" />
      <span>{children}</span>
      {count > 0 && <span className="badge">{count}<span className="unseen"> new</span></span>}
    </Link>
  );
}

/** After a link was followed: to the top of the new screen, and the keyboard with it. On the way back the browser restores the place. */
function useArrival(path: string, main: React.RefObject<HTMLElement | null>) {
  const isBack = useRef(true); // and so is the first screen
  useEffect(() => {
    const goBack = () => { isBack.current = true; };
    addEventListener('popstate', goBack, { capture: true });
    return () => removeEventListener('popstate', goBack, { capture: true });
  }, []);
  useEffect(() => {
    if (!isBack.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    isBack.current = false;
  }, [path, main]); // oxlint-disable-line react/exhaustive-effect-dependencies -- a new path is what it waits for
}

function Offline() {
  const isOnline = useSyncExternalStore(onNetworkChange, () => navigator.onLine);
  return <div role="status">{!isOnline && <p className="offline">You are offline. What you see may be old.</p>}</div>;
}

function onNetworkChange(tell: () => void) {
  addEventListener('online', tell);
  addEventListener('offline', tell);
  return () => {
    removeEventListener('online', tell);
    removeEventListener('offline', tell);
  };
}
