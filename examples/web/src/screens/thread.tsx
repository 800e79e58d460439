import { useEffect } from 'react';
import { append, forget } from '../api/cache';
import { useLive } from '../api/live';
import { discard, useLetters } from '../api/outbox';
import { useScreen } from '../api/screen';
import { viewerId } from '../api/session';
import { graphql } from '../generated';
import { LetterState } from '../parts/letters';
import { Message } from '../parts/message';
import { More } from '../parts/more';
import { RichText } from '../parts/rich-text';
import { MessageForm, useLookAgain } from '../parts/room';
import { Screen } from '../parts/screen';
import { Failed, Skeleton } from '../parts/states';

const ThreadQuery = graphql(`
  query Thread($id: ID!, $after: String) {
    node(id: $id) {
      ... on ChatMessage {
        id
        ...Message
        chatRoom { id name }
        thread {
          id
          replies(first: 50, after: $after) {
            edges { cursor node { id sentAt sender { id } ...Message } }
            pageInfo { hasNextPage endCursor }
          }
        }
      }
    }
  }
`);

const ThreadChanged = graphql(`
  subscription ThreadChanged($id: ID!) {
    chatRoomChanged(chatRoomId: $id) {
      ... on ChatMessageAdded {
        idempotencyKey
        edge { cursor node { id sentAt sender { id } parentMessage { id } ...Message } }
      }
      ... on ChatMessageUpdated {
        chatMessage { id editedAt body { html } }
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

/** A message with all replies to it. */
export default function ThreadScreen({ id }: { id: string }) {
  const { data, error, refetch, more } = useScreen(ThreadQuery, { variables: { id }, fetchPolicy: 'cache-and-network' });
  const message = data?.node?.__typename === 'ChatMessage' ? data.node : undefined;
  const thread = message?.thread;
  const letters = useLetters(id);

  useLive(ThreadChanged, {
    variables: { id: message?.chatRoom.id ?? '' },
    skip: !message,
    tell: ({ chatRoomChanged: event }) => {
      if (event.__typename === 'ChatMessageAdded' && event.edge.node.parentMessage?.id === id) {
        const key = event.idempotencyKey ?? '';
        if (thread) append(thread, 'replies', event.edge);
        if (thread) discard(key);
        else void refetch().then(() => discard(key)); // it is the first one
      } else if (event.__typename === 'ChatMessageDeleted') forget({ __typename: 'ChatMessage', id: event.deletedChatMessageId });
      else if (event.__typename === 'EventsMissed') void refetch();
    },
  });

  const sent = letters.filter(({ state }) => state === 'SENT');
  const times = new Set(thread?.replies.edges.flatMap(({ node }) => (node.sender?.id === viewerId() ? node.sentAt ?? [] : [])));
  const arrived = sent.filter(({ circleSentAt }) => circleSentAt && times.has(circleSentAt)).map(({ key }) => key).join(' ');
  useEffect(() => {
    for (const key of arrived.split(' ').filter(Boolean)) discard(key);
  }, [arrived]);
  useLookAgain(sent.length > 0, refetch);

  return (
    <Screen title={message ? `Thread in ${message.chatRoom.name}` : 'Thread'} canGoBack>
      {error ? <Failed error={error} retry={refetch} /> : !message ? <Skeleton of="row" count={4} /> : (
        <div className="room thread">
          <Message of={message} />
          <ol className="messages" aria-label="Replies" aria-live="polite" aria-relevant="additions">
            {thread?.replies.edges.map(({ node }, i, all) => <li key={node.id}><Message of={node} goesOn={all[i - 1]?.node.sender?.id === node.sender?.id} /></li>)}
            {letters.map((letter) => (
              <li key={letter.key}>
                <article className="message" data-is-mine="true" data-is-waiting={letter.state !== 'REFUSED'} aria-label="Your reply, on its way">
                  <div className="bubble"><RichText html={letter.html} />{letter.state !== 'SENT' && <LetterState of={letter} />}</div>
                </article>
              </li>
            ))}
          </ol>
          {thread?.replies.pageInfo.hasNextPage && <More load={() => more({ after: thread.replies.pageInfo.endCursor })} />}
          <MessageForm room={message.chatRoom.id} parent={id} />
        </div>
      )}
    </Screen>
  );
}
