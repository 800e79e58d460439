import { Bell, BellOff, Users } from 'lucide-react';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { useAction } from '../api/action';
import { forgetField } from '../api/cache';
import { useScreen } from '../api/screen';
import { getFragmentData, graphql } from '../generated';
import { shareable } from '../parts/addresses';
import { LiveMode } from '../parts/live-mode';
import { Menu, MenuItem } from '../parts/menu';
import { Room } from '../parts/room';
import { RoomRowFragment } from '../parts/room-row';
import { Screen } from '../parts/screen';
import { Sheet } from '../parts/sheet';
import { MemberRow } from '../parts/space-members';
import { Failed, Skeleton } from '../parts/states';

const RoomHead = graphql(`
  query RoomHead($uuid: ID!) {
    chatRoom(uuid: $uuid) { id ...RoomRow }
  }
`);

const MessageAt = graphql(`
  query MessageAt($url: URL!) {
    resolveUrl(url: $url) {
      ... on ChatMessage { id chatRoom { id } }
    }
  }
`);

const Mute = graphql(`
  mutation Mute($room: ID!, $participant: ID!, $isMuted: Boolean!) {
    result: updateChatRoomParticipant(input: { chatRoomId: $room, participantId: $participant, isMuted: $isMuted }) {
      chatRoom { id currentParticipant { id isMuted } }
      userErrors { message }
    }
  }
`);

const Participants = graphql(`
  query Participants($uuid: ID!) {
    chatRoom(uuid: $uuid) { id participants(first: 100) { edges { node { id member { id ...MemberRow } } } } }
  }
`);

/** A direct room or a group. `?message_id=` opens it at a message, as on the community's own pages. */
export default function RoomScreen({ uuid }: { uuid: string }) {
  const { data, error, refetch } = useScreen(RoomHead, { variables: { uuid } });
  const [parameters] = useSearchParams();
  const messageId = parameters.get('message_id');
  const room = data?.chatRoom ? getFragmentData(RoomRowFragment, data.chatRoom) : undefined;
  const [mute] = useAction(Mute);
  const [isOpen, setOpen] = useState(false);
  const me = room?.currentParticipant;
  const actions = (
    <>
      <LiveMode />
      {room && me && (
        <Menu label="More about this conversation">
          <MenuItem icon={Users} run={() => setOpen(true)}>Who is here</MenuItem>
          <MenuItem icon={me.isMuted ? Bell : BellOff} run={() => mute({ variables: { room: room.id, participant: me.id, isMuted: !me.isMuted } })}>{me.isMuted ? 'Unmute' : 'Mute'}</MenuItem>
        </Menu>
      )}
    </>
  );
  return (
    <Screen title={room?.name ?? 'Messages'} canGoBack action={actions}>
      {error ? <Failed error={error} retry={refetch} /> : messageId ? <RoomAt key={messageId} uuid={uuid} messageId={messageId} /> : <Room key={uuid} uuid={uuid} />}
      {isOpen && <Sheet title="Who is here" close={() => setOpen(false)}><People uuid={uuid} /></Sheet>}
    </Screen>
  );
}

function RoomAt({ uuid, messageId }: { uuid: string; messageId: string }) {
  const { data, error, refetch } = useScreen(MessageAt, { variables: { url: shareable(`/messages/${uuid}?message_id=${messageId}`) } });
  const message = data?.resolveUrl;
  if (error) return <Failed error={error} retry={refetch} />;
  if (!data) return <Skeleton of="row" count={6} />;
  return message?.__typename === 'ChatMessage' ? <RoomFrom uuid={uuid} id={message.chatRoom.id} at={message.id} /> : <Room uuid={uuid} />;
}

function RoomFrom({ uuid, id, at }: { uuid: string; id: string; at: string }) {
  useState(() => forgetField({ __typename: 'ChatRoom', id }, 'messages')); // its pages are not next to each other
  return <Room uuid={uuid} at={at} />;
}

function People({ uuid }: { uuid: string }) {
  const { data, error, refetch } = useScreen(Participants, { variables: { uuid } });
  if (error) return <Failed error={error} retry={refetch} />;
  if (!data?.chatRoom) return <Skeleton of="row" />;
  return <ul className="people">{data.chatRoom.participants.edges.map(({ node }) => <li key={node.id}><MemberRow of={node.member} /></li>)}</ul>;
}
