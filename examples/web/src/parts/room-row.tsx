import { BellOff, Users } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { viewerId } from '../api/session';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Avatar } from './avatar';
import { Ago } from './time';

export const RoomRowFragment = graphql(`
  fragment RoomRow on ChatRoom {
    id
    circleId
    name
    kind
    unreadMessagesCount
    currentParticipant {
      id
      isMuted
    }
    otherParticipantsPreview {
      id
      isOnline
      member {
        id
        name
        avatarUrl
      }
    }
    lastMessage {
      id
      sentAt
      body {
        plainText
      }
      sender {
        id
        name
      }
    }
  }
`);

/** A room in the inbox. */
export function RoomRow({ of }: { of: FragmentType<typeof RoomRowFragment> }) {
  const room = getFragmentData(RoomRowFragment, of);
  const [path] = useLocation();
  const href = `/messages/${room.circleId}`;
  const { lastMessage: last } = room;
  const who = last?.sender?.id === viewerId() ? 'You: ' : room.kind === 'GROUP_CHAT' && last?.sender ? `${last.sender.name.split(' ')[0]}: ` : '';
  return (
    <Link className={room.unreadMessagesCount > 0 ? 'room-row unread' : 'room-row'} href={href} aria-current={path === href ? 'page' : undefined}>
      <RoomFace of={of} />
      <span className="room-words">
        <span className="room-name"><b>{room.name}</b>{room.currentParticipant?.isMuted && <BellOff aria-label="muted" />}<span className="meta"><Ago at={last?.sentAt ?? null} /></span></span>
        <span className="meta one-line">{last ? who + (last.body.plainText || 'Picture') : 'Nothing written yet'}</span>
      </span>
      {room.unreadMessagesCount > 0 && <span className="badge">{room.unreadMessagesCount}<span className="unseen"> new</span></span>}
    </Link>
  );
}

/** The face of whom one talks with, or the sign of a group. */
export function RoomFace({ of }: { of: FragmentType<typeof RoomRowFragment> }) {
  const { kind, otherParticipantsPreview: [other] } = getFragmentData(RoomRowFragment, of);
  if (kind !== 'DIRECT' || !other) return <span className="avatar group" aria-hidden="true"><Users /></span>;
  return <span className="face" data-is-online={other.isOnline === true}><Avatar name={other.member.name} url={other.member.avatarUrl} /></span>;
}
