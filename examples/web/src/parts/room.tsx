import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react';
import { useAction } from '../api/action';
import { append, count, forget } from '../api/cache';
import { useLive } from '../api/live';
import { useBackOnline } from '../api/online';
import { discard, post, useLetters } from '../api/outbox';
import { load, useScreen } from '../api/screen';
import { viewerId } from '../api/session';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { setOpenRoom } from './inbox';
import { LetterState } from './letters';
import { Message } from './message';
import { More } from './more';
import { RichText } from './rich-text';
import { Failed, Skeleton } from './states';
import { dayOf } from './time';
import { Write } from './write';

const MessagesFragment = graphql(`
  fragment Messages on ChatMessageConnection {
    edges {
      cursor
      node {
        id
        sentAt
        repliesCount
        sender { id }
        ...Message
      }
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
`);

const RoomQuery = graphql(`
  query Room($uuid: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    chatRoom(uuid: $uuid) {
      id
      circleId
      messages(first: $first, after: $after, last: $last, before: $before) { ...Messages }
    }
  }
`);

const RoomChanged = graphql(`
  subscription RoomChanged($id: ID!, $after: ID) {
    chatRoomChanged(chatRoomId: $id, after: $after) {
      ... on ChatMessageAdded {
        idempotencyKey
        edge { cursor node { id sentAt repliesCount sender { id } parentMessage { id } ...Message } }
      }
      ... on ChatMessageUpdated {
        chatMessage { id repliesCount editedAt body { html } }
      }
      ... on ChatMessageDeleted {
        deletedChatMessageId
      }
      ... on EventsMissed {
        since
      }
    }
  }
`);

const SendMessage = graphql(`
  mutation SendMessage($room: ID!, $parent: ID, $html: String!, $attachments: [String!], $key: String!) {
    result: sendChatMessage(input: { chatRoomId: $room, parentMessageId: $parent, body: { html: $html }, attachments: $attachments, idempotencyKey: $key }) {
      status
      sentAt
      userErrors { message }
    }
  }
`);

const MarkRoomAsRead = graphql(`
  mutation MarkRoomAsRead($id: ID!) {
    result: markChatRoomAsRead(input: { chatRoomId: $id }) { userErrors { message } }
  }
`);

const page = 30;

/** A room: its messages, live, and what the member writes into it. With `at` it opens at a message further up. */
export function Room({ uuid, at, canWrite = true }: { uuid: string; at?: string; canWrite?: boolean }) {
  const variables = at ? { uuid, last: page / 2, before: at } : { uuid, last: page };
  const { data, error, refetch, more } = useScreen(RoomQuery, { variables, fetchPolicy: 'cache-and-network' });
  const readNewest = () => load(RoomQuery, { uuid, last: page }).catch(() => undefined); // the room tells of it, or the next look
  const room = data?.chatRoom;
  if (error) return <Failed error={error} retry={refetch} />;
  if (!room) return <Skeleton of="row" count={6} />;
  return <Conversation id={room.id} uuid={uuid} of={room.messages} at={at} canWrite={canWrite} readNewest={readNewest} more={more} />;
}

type PageVariables = { first?: number | null; after?: string | null; last?: number | null; before?: string | null };
type Props = {
  id: string;
  uuid: string;
  of: FragmentType<typeof MessagesFragment>;
  at?: string;
  canWrite: boolean;
  readNewest: () => Promise<unknown>;
  more: (variables: PageVariables) => Promise<unknown>;
};

function Conversation({ id, uuid, of, at, canWrite, readNewest, more }: Props) {
  const { edges, pageInfo } = getFragmentData(MessagesFragment, of);
  const letters = useLetters(id);
  const [since] = useState(() => edges.at(-1)?.node.id); // what comes after it is told of
  const isAtEnd = !pageInfo.hasNextPage;

  useRoomEvents(id, since, { isAtEnd, readNewest });
  useReadMarks(id, edges.at(-1)?.node);
  useBackOnline(() => { if (isAtEnd) void readNewest(); });

  // A message that was sent takes the place of its letter when the room tells of it. If the room is not live, it is looked for.
  const sent = letters.filter(({ state }) => state === 'SENT');
  const times = new Set(edges.flatMap(({ node }) => (node.sender?.id === viewerId() ? node.sentAt ?? [] : [])));
  const arrived = sent.filter(({ circleSentAt }) => circleSentAt && times.has(circleSentAt)).map(({ key }) => key).join(' ');
  useEffect(() => {
    for (const key of arrived.split(' ').filter(Boolean)) discard(key);
  }, [arrived]);
  useLookAgain(sent.length > 0, readNewest);

  const list = useRef<HTMLOListElement>(null);
  const last = edges.at(-1)?.node.id;
  useStayAtEnd(list, `${last} ${letters.length}`, at !== undefined);
  useKeepPlace(edges[0]?.node.id);
  useEffect(() => {
    if (at && edges.length > 0 && !isAtEnd && edges.at(-1)!.cursor !== at) void more({ first: page, after: edges.at(-1)!.cursor, last: null, before: null });
    // oxlint-disable-next-line react/exhaustive-deps -- once, for what stands below the message that was looked for
  }, [at]);

  return (
    <div className="room">
      {pageInfo.hasPreviousPage && (
        <More label="Show earlier" load={() => more({ last: page, before: pageInfo.startCursor, first: null, after: null })} />
      )}
      <ol ref={list} className="messages" aria-label="Messages" aria-live="polite" aria-relevant="additions">
        {edges.map(({ node }, i) => {
          const before = edges[i - 1]?.node;
          const isNewDay = node.sentAt && (!before?.sentAt || new Date(before.sentAt).toDateString() !== new Date(node.sentAt).toDateString());
          return (
            <li key={node.id}>
              {isNewDay && <p className="day meta">{dayOf(node.sentAt!)}</p>}
              <Message
                of={node} goesOn={!isNewDay && before?.sender?.id === node.sender?.id} repliesCount={node.repliesCount} isMarked={node.id === at}
                thread={`/messages/${uuid}/${encodeURIComponent(node.id)}`}
              />
            </li>
          );
        })}
        {isAtEnd && letters.map((letter) => (
          <li key={letter.key}>
            <article className="message" data-is-mine="true" data-is-waiting={letter.state !== 'REFUSED'} aria-label="Your message, on its way">
              <div className="bubble"><RichText html={letter.html} />{letter.state !== 'SENT' && <LetterState of={letter} />}</div>
            </article>
          </li>
        ))}
      </ol>
      {!isAtEnd && <More label="Show newer" load={() => more({ first: page, after: pageInfo.endCursor, last: null, before: null })} />}
      {!isAtEnd && <button type="button" className="button quiet to-end" onClick={() => void readNewest()}>To the newest</button>}
      {canWrite && <MessageForm room={id} />}
    </div>
  );
}

/** Writes into a room, or a reply to one of its messages. */
export function MessageForm({ room, parent }: { room: string; parent?: string }) {
  return (
    <div className="message-form">
      <Write
        draft={`message ${parent ?? room}`} label={parent ? 'Reply' : 'Write a message'} isChat
        send={({ html, signedIds }) => {
          post(SendMessage, { room, parent: parent ?? null, html, attachments: signedIds }, { on: parent ?? room, html, hasEcho: true, draft: `message ${parent ?? room}` });
          return true;
        }}
      />
    </div>
  );
}

/** Lets a room go on by what is told of it. */
function useRoomEvents(id: string, since: string | undefined, { isAtEnd, readNewest }: { isAtEnd: boolean; readNewest: () => Promise<unknown> }) {
  const room = { __typename: 'ChatRoom', id };
  useLive(RoomChanged, {
    variables: { id, after: since ?? null },
    tell: ({ chatRoomChanged: event }) => {
      if (event.__typename === 'ChatMessageAdded') {
        if (event.idempotencyKey) discard(event.idempotencyKey);
        const { parentMessage } = event.edge.node;
        if (parentMessage) count(parentMessage, 'repliesCount', 1);
        else if (isAtEnd) append(room, 'messages', event.edge);
      } else if (event.__typename === 'ChatMessageDeleted') {
        forget({ __typename: 'ChatMessage', id: event.deletedChatMessageId });
      } else if (event.__typename === 'EventsMissed') void readNewest();
    },
  });
}

/** Looks for what was sent every few seconds, until the room has it: not all rooms are live. */
export function useLookAgain(isMissing: boolean, look: () => Promise<unknown>) {
  const run = useEffectEvent(() => { void look(); });
  useEffect(() => {
    if (!isMissing) return undefined;
    const timer = setInterval(() => run(), 4_000);
    return () => clearInterval(timer);
  }, [isMissing]);
}

/** Says that the room is read, when it opens and when something comes while somebody looks. */
function useReadMarks(id: string, last: { id: string; sender?: { id: string } | null } | undefined) {
  const [mark] = useAction(MarkRoomAsRead);
  const run = useRef(mark);
  useEffect(() => { run.current = mark; });
  useEffect(() => {
    setOpenRoom(id);
    return () => setOpenRoom(undefined);
  }, [id]);
  const newest = last?.sender?.id === viewerId() ? undefined : last?.id;
  useEffect(() => {
    if (!newest) return undefined;
    const read = () => {
      if (document.hidden || !navigator.onLine) return;
      count({ __typename: 'ChatRoom', id }, 'unreadMessagesCount', -Infinity);
      void run.current({ variables: { id } });
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [id, newest]);
}

/** Scrolls to the newest message when one comes, unless somebody reads further up. */
function useStayAtEnd(list: React.RefObject<HTMLOListElement | null>, newest: string, startsElsewhere: boolean) {
  const wasAtEnd = useRef(!startsElsewhere);
  useEffect(() => {
    const look = () => { wasAtEnd.current = innerHeight + scrollY > document.documentElement.scrollHeight - 160; };
    if (startsElsewhere) list.current?.querySelector('[data-is-marked=true]')?.scrollIntoView({ block: 'center' });
    addEventListener('scroll', look, { passive: true });
    return () => removeEventListener('scroll', look);
  }, [list, startsElsewhere]);
  useLayoutEffect(() => {
    if (wasAtEnd.current) scrollTo(0, document.documentElement.scrollHeight);
  }, [newest]); // oxlint-disable-line react/exhaustive-effect-dependencies -- a new message is what it waits for
  useEffect(() => {
    const growth = new ResizeObserver(() => { if (wasAtEnd.current) scrollTo(0, document.documentElement.scrollHeight); }); // pictures come, and the editor
    growth.observe(document.body);
    return () => growth.disconnect();
  }, []);
}

/** Keeps what is on the screen where it is when earlier messages come above it. */
function useKeepPlace(first: string | undefined) {
  const toEnd = useRef(0);
  useLayoutEffect(() => {
    if (toEnd.current) scrollTo(0, document.documentElement.scrollHeight - toEnd.current);
  }, [first]); // oxlint-disable-line react/exhaustive-effect-dependencies -- an earlier message is what it waits for
  useEffect(() => {
    const measure = () => { toEnd.current = document.documentElement.scrollHeight - scrollY; };
    measure();
    addEventListener('scroll', measure, { passive: true });
    return () => removeEventListener('scroll', measure);
  });
}
