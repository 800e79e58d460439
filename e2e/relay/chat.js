// A room that others write in.
import { graphql } from 'relay-runtime';

graphql`query chatQuery($room: ID!) {
  chatRoom(by: { id: $room }) {
    messages(last: 20) @connection(key: "chat_messages") {
      __id
      edges { node { id body { plainText } } }
    }
  }
}`;

graphql`subscription chatSubscription($room: ID!, $after: ID, $connections: [ID!]!) {
  chatRoomChanged(chatRoomId: $room, after: $after) {
    __typename
    ... on ChatMessageAdded {
      idempotencyKey
      edge @appendEdge(connections: $connections) { cursor node { id body { plainText } } }
    }
    ... on ChatMessageUpdated { chatMessage { id body { plainText } } }
    ... on ChatMessageDeleted { deletedChatMessageId @deleteEdge(connections: $connections) }
  }
}`;

graphql`mutation chatSendMutation($room: ID!, $text: String!, $key: String!) {
  sendChatMessage(input: { chatRoomId: $room, body: { text: $text }, idempotencyKey: $key }) { userErrors { message } }
}`;
