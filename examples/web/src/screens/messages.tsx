import { MessagesSquare, SquarePen } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { getFragmentData } from '../generated';
import { Choice } from '../parts/choice';
import { useInbox } from '../parts/inbox';
import { LiveMode } from '../parts/live-mode';
import { More } from '../parts/more';
import { RoomRow, RoomRowFragment } from '../parts/room-row';
import { Screen } from '../parts/screen';
import { Empty, Failed, Skeleton } from '../parts/states';
import { Threads } from '../parts/threads';

/** The inbox: rooms and threads. */
export default function MessagesScreen() {
  const [what, setWhat] = useState<'rooms' | 'threads'>('rooms');
  const { rooms, error, refetch, more } = useInbox();
  const newest = rooms?.edges.map(({ node }) => node).toSorted((a, b) => sentAt(b) - sentAt(a));
  return (
    <Screen title="Messages" refresh={refetch} action={<><LiveMode /><Link className="icon-button" href="/messages/new" aria-label="New message"><SquarePen aria-hidden="true" /></Link></>}>
      <Choice label="What" of={[['rooms', 'Conversations'], ['threads', 'Threads']]} value={what} choose={setWhat} />
      {what === 'threads' ? <Threads /> : error ? <Failed error={error} retry={refetch} /> : !rooms || !newest ? <Skeleton of="row" count={8} /> : newest.length === 0 ? (
        <Empty icon={MessagesSquare} title="No messages yet">On a member’s profile you can write to them.</Empty>
      ) : (
        <>
          <ul className="card rooms">{newest.map((node) => <li key={node.id}><RoomRow of={node} /></li>)}</ul>
          {rooms.pageInfo.hasNextPage && <More load={() => more({ after: rooms.pageInfo.endCursor })} />}
        </>
      )}
    </Screen>
  );
}

function sentAt(room: React.ComponentProps<typeof RoomRow>['of']) {
  return Date.parse(getFragmentData(RoomRowFragment, room).lastMessage?.sentAt ?? '') || 0;
}
