import { Client, type Exchange, fetchExchange, gql, subscriptionExchange } from 'urql';
import { cache } from './cache';

const Room = gql`query Room { chatRoom(by: { id: "r" }) { id messages(last: 30) { edges { cursor node { id sentAt } } pageInfo { hasPreviousPage startCursor hasNextPage endCursor } } } }`;
const Changed = gql`subscription Changed {
  chatRoomChanged(chatRoomId: "r") {
    ... on ChatMessageAdded { edge { cursor node { id sentAt parentMessage { id } } } }
    ... on ChatMessageDeleted { deletedChatMessageId }
  }
}`;

const edge = (id: string, more = {}) => ({ __typename: 'ChatMessageEdge', cursor: id, node: { __typename: 'ChatMessage', id, sentAt: '2030-01-01T10:00:00.000Z', ...more } });

/** A client whose server has a room with two messages, and whose subscription brings what a test gives it. */
function room() {
  const pageInfo = { __typename: 'PageInfo', hasPreviousPage: false, startCursor: 'a', hasNextPage: false, endCursor: 'b' };
  const data = { chatRoom: { __typename: 'ChatRoom', id: 'r', messages: { __typename: 'ChatMessageConnection', edges: [edge('a'), edge('b')], pageInfo } } };
  const fetch = async () => new Response(JSON.stringify({ data }), { headers: { 'content-type': 'application/json' } });
  let bring: (event: object) => void = () => undefined;
  const exchanges: Exchange[] = [cache(), fetchExchange, subscriptionExchange({
    forwardSubscription: () => ({ subscribe: (sink) => { bring = (event) => sink.next({ data: { chatRoomChanged: event } }); return { unsubscribe: () => undefined }; } }),
  })];
  const client = new Client({ url: 'http://community.example/graphql', fetch: fetch as never, exchanges });
  let ids: string[] = [];
  client.query(Room, {}).subscribe((result) => { ids = result.data?.chatRoom.messages.edges.map(({ node }: { node: { id: string } }) => node.id) ?? ids; });
  client.subscription(Changed, {}).subscribe(() => undefined);
  return { shown: () => ids, bring: (event: object) => bring(event), settle: () => new Promise<void>((resolve) => { setImmediate(resolve); }) };
}

test('a message that comes stands at the end, once, however often it is told of', async () => {
  const { shown, bring, settle } = room();
  await settle(); await settle();
  expect(shown()).toEqual(['a', 'b']);
  const added = { __typename: 'ChatMessageAdded', edge: edge('c', { parentMessage: null }) };
  bring(added);
  bring(added); // after a reconnection what came before comes again
  await settle();
  expect(shown()).toEqual(['a', 'b', 'c']);
});

test('a reply stays in its thread', async () => {
  const { shown, bring, settle } = room();
  await settle(); await settle();
  bring({ __typename: 'ChatMessageAdded', edge: edge('c', { parentMessage: { __typename: 'ChatMessage', id: 'a' } }) });
  await settle();
  expect(shown()).toEqual(['a', 'b']);
});
