import { Bookmark, LogOut, Pencil, Settings } from 'lucide-react';
import { Link } from 'wouter';
import { signOut } from '../api/client';
import { drafts } from '../api/drafts';
import { discardAll, waitingLetters } from '../api/outbox';
import { useScreen } from '../api/screen';
import { graphql } from '../generated';
import { Profile } from '../parts/profile';
import { Screen } from '../parts/screen';
import { Failed, Skeleton } from '../parts/states';

const Me = graphql(`
  query Me($after: String) {
    viewer { id member { id ...Profile } }
  }
`);

/** The member who is signed in. */
export default function MeScreen() {
  const { data, error, refetch, more } = useScreen(Me);
  return (
    <Screen title="Profile" refresh={refetch} action={<button type="button" className="button quiet" onClick={leave}><LogOut aria-hidden="true" />Sign out</button>}>
      {error ? <Failed error={error} retry={refetch} /> : !data?.viewer ? <Skeleton of="profile" count={1} /> : (
        <Profile of={data.viewer.member} more={(after) => more({ after })}>
          <Link className="button chosen" href="/me/edit"><Pencil aria-hidden="true" />Edit</Link>
          <Link className="button chosen" href="/me/bookmarks"><Bookmark aria-hidden="true" />Bookmarks</Link>
          <Link className="button chosen" href="/me/preferences"><Settings aria-hidden="true" />What I hear of</Link>
        </Profile>
      )}
    </Screen>
  );
}

/** Forgets what was not sent, but not without asking. */
function leave() {
  const waiting = waitingLetters();
  if (waiting > 0 && !confirm(`${waiting} of your texts were not sent yet. Sign out and lose them?`)) return;
  discardAll();
  drafts.forgetAll();
  void signOut();
}
