import { MessagesSquare } from 'lucide-react';
import { Link } from 'wouter';
import { useLive } from '../api/live';
import { useScreen } from '../api/screen';
import { graphql } from '../generated';
import { Avatar } from './avatar';
import { More } from './more';
import { Empty, Failed, Skeleton } from './states';
import { Ago } from './time';

const ThreadsQuery = graphql(`
  query Threads($after: String) {
    viewer {
      id
      chatThreads(first: 20, after: $after) {
        edges {
          cursor
          node {
            id
            parentMessage {
              id
              body { plainText }
              sender { id name avatarUrl }
            }
            repliesPreview {
              id
              sentAt
              body { plainText }
              sender { id name }
            }
            chatRoom { id circleId name }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

const ThreadsChanged = graphql(`
  subscription ThreadsChanged {
    chatThreadsChanged {
      __typename
    }
  }
`);

/** The threads that the member takes part in. */
export function Threads() {
  const { data, error, refetch, more } = useScreen(ThreadsQuery, { fetchPolicy: 'cache-and-network' });
  useLive(ThreadsChanged, { tell: () => void refetch() });
  const threads = data?.viewer?.chatThreads;
  if (error) return <Failed error={error} retry={refetch} />;
  if (!threads) return <Skeleton of="row" count={5} />;
  if (threads.edges.length === 0) return <Empty icon={MessagesSquare} title="No threads yet">Replies to messages will show here.</Empty>;
  return (
    <>
      <ul className="card rooms">
        {threads.edges.map(({ node: { id, parentMessage, repliesPreview, chatRoom } }) => {
          const last = repliesPreview.at(-1);
          return (
            <li key={id}>
              <Link className="room-row" href={`/messages/${chatRoom.circleId}/${encodeURIComponent(parentMessage.id)}`}>
                <Avatar name={parentMessage.sender?.name ?? 'A former member'} url={parentMessage.sender?.avatarUrl} />
                <span className="room-words">
                  <span className="room-name"><b className="one-line">{parentMessage.body.plainText || 'Picture'}</b><span className="meta"><Ago at={last?.sentAt ?? null} /></span></span>
                  <span className="meta one-line">{last ? `${last.sender?.name ?? 'A former member'}: ${last.body.plainText}` : ''} · {chatRoom.name}</span>
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
      {threads.pageInfo.hasNextPage && <More load={() => more({ after: threads.pageInfo.endCursor })} />}
    </>
  );
}
