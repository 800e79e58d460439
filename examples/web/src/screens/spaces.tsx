import { CalendarDays } from 'lucide-react';
import { Link } from 'wouter';
import { Screen } from '../parts/screen';
import { SpaceList } from '../parts/space-list';

/** All spaces. With room they are beside every screen. */
export default function SpacesScreen() {
  return (
    <Screen title="Spaces">
      <Link className="card shortcut" href="/events"><CalendarDays aria-hidden="true" /><span><b>What is coming up</b><span className="meta">The events of all spaces</span></span></Link>
      <SpaceList />
    </Screen>
  );
}
