import { useEffect, useState } from 'react';
import { FlatList, KeyboardAvoidingView, Platform, Pressable, StyleSheet, View } from 'react-native';
import { useClient, useMutation, useQuery, useSubscription } from 'urql';
import { newKey } from '../api/key';
import { viewerId } from '../api/session';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import type { ScreenProps } from '../parts/navigation';
import { RichText } from '../parts/rich-text';
import { Failed, Loading } from '../parts/states';
import { Text } from '../parts/text';
import { useTheme } from '../parts/theme';
import { clock } from '../parts/time';
import { Write } from '../parts/write';

const MessageFragment = graphql(`
  fragment Message on ChatMessage {
    id
    sentAt
    body { ...RichText }
    sender { id name }
  }
`);

const RoomQuery = graphql(`
  query Room($id: ID!, $before: String) {
    chatRoom(by: { id: $id }) {
      id
      name
      messages(last: 30, before: $before) {
        edges { cursor node { id sentAt sender { id } ...Message } }
        pageInfo { hasPreviousPage startCursor hasNextPage endCursor }
      }
    }
  }
`);

const RoomChanged = graphql(`
  subscription RoomChanged($id: ID!, $after: ID) {
    chatRoomChanged(chatRoomId: $id, after: $after) {
      ... on ChatMessageAdded {
        idempotencyKey
        edge { cursor node { id sentAt sender { id } parentMessage { id } ...Message } }
      }
      ... on ChatMessageUpdated { chatMessage { id body { ...RichText } } }
      ... on ChatMessageDeleted { deletedChatMessageId }
      ... on EventsMissed { since }
    }
  }
`);

const SendMessage = graphql(`
  mutation SendMessage($room: ID!, $text: String!, $key: String!) {
    sendChatMessage(input: { chatRoomId: $room, body: { text: $text }, idempotencyKey: $key }) { status userErrors { message } }
  }
`);

const MarkAsRead = graphql(`
  mutation MarkAsRead($id: ID!) {
    markChatRoomAsRead(input: { chatRoomId: $id }) { userErrors { message } }
  }
`);

type Letter = { key: string; text: string; problem?: string };

/**
 * A room, live. Messages come by the subscription, which the cache puts at the end (`updates` in api/cache.ts). One that the member
 * sends shows at once, and its echo, known by its key, takes its place; a repetition has the same key, so that it is no second one.
 */
export function RoomScreen({ route: { params: { id } }, navigation }: ScreenProps<'Room'>) {
  const [before, setBefore] = useState<string | null>(null);
  const [{ data, error, fetching }, ask] = useQuery({ query: RoomQuery, variables: { id, before } });
  const client = useClient();
  const room = data?.chatRoom;
  const { edges = [], pageInfo } = room?.messages ?? {};
  const newest = edges.at(-1)?.node;

  const [since, setSince] = useState<string>(); // what comes after it is told of
  if (room && since === undefined) setSince(newest?.id ?? '');
  const [letters, setLetters] = useState<Letter[]>([]);
  useSubscription({ query: RoomChanged, variables: { id, after: since || null }, pause: since === undefined }, (_, event) => {
    const { chatRoomChanged: news } = event;
    if (news?.__typename === 'ChatMessageAdded') setLetters((all) => all.filter(({ key }) => key !== news.idempotencyKey));
    if (news?.__typename === 'EventsMissed') void client.query(RoomQuery, { id, before: null }, { requestPolicy: 'network-only' }).toPromise();
    return event;
  });

  const [, deliver] = useMutation(SendMessage);
  const post = async ({ key, text }: Letter) => {
    setLetters((all) => [...all.filter((letter) => letter.key !== key), { key, text }]);
    const { data: answer, error: failure } = await deliver({ room: id, text, key });
    const problem = failure ? 'Not sent. Tap to try again.' : answer?.sendChatMessage?.userErrors[0]?.message;
    if (problem) setLetters((all) => all.map((letter) => (letter.key === key ? { ...letter, problem } : letter)));
  };

  const [, markAsRead] = useMutation(MarkAsRead);
  const unread = newest?.sender?.id === viewerId() ? undefined : newest?.id;
  useEffect(() => { if (unread) void markAsRead({ id }); }, [id, unread, markAsRead]);
  useEffect(() => { if (room?.name) navigation.setOptions({ title: room.name }); }, [navigation, room?.name]);

  if (!room) return error ? <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Loading />;
  const shown = [...letters].reverse().map((letter) => ({ id: letter.key, letter, node: undefined }))
    .concat([...edges].reverse().map(({ node }) => ({ id: node.id, letter: undefined, node })) as never[]) as Row[];
  return (
    <KeyboardAvoidingView behavior={Platform.OS === 'ios' ? 'padding' : undefined} style={styles.all} keyboardVerticalOffset={90}>
      <FlatList
        inverted role="log" aria-label="Messages" tabIndex={0} data={shown} keyExtractor={({ id: key }) => key} style={styles.all} contentContainerStyle={styles.inside}
        renderItem={({ item: { node, letter } }) => (node ? <Message of={node} /> : <Waiting of={letter!} again={() => void post(letter!)} />)}
        ListFooterComponent={fetching ? <Loading /> : null}
        onEndReached={() => { if (!fetching && pageInfo?.hasPreviousPage) setBefore(pageInfo.startCursor ?? null); }} onEndReachedThreshold={0.5}
      />
      <Write label="Write a message" send={(text) => { void post({ key: newKey(), text }); return true; }} />
    </KeyboardAvoidingView>
  );
}

type Row = { id: string; letter?: Letter; node?: { id: string } & FragmentType<typeof MessageFragment> };

function Message({ of }: { of: FragmentType<typeof MessageFragment> }) {
  const { sentAt, body, sender } = getFragmentData(MessageFragment, of);
  const { card, line, leafWash } = useTheme();
  const isMine = sender?.id === viewerId();
  return (
    <View role="article" style={[styles.bubble, isMine ? styles.mine : styles.theirs, { backgroundColor: isMine ? leafWash : card, borderColor: line }]}>
      {!isMine && <Text kind="strong">{sender?.name ?? 'A former member'}</Text>}
      <RichText of={body} />
      <Text kind="meta" style={styles.time}>{clock(sentAt)}</Text>
    </View>
  );
}

/** A message of the member's that the room does not have yet. */
function Waiting({ of: { text, problem }, again }: { of: Letter; again: () => void }) {
  const { leafWash, line, berry } = useTheme();
  return (
    <Pressable disabled={!problem} onPress={again} role="article" style={[styles.bubble, styles.mine, { backgroundColor: leafWash, borderColor: line, opacity: problem ? 1 : 0.6 }]}>
      <Text>{text}</Text>
      <Text kind="meta" style={[styles.time, problem ? { color: berry } : undefined]}>{problem ?? 'Sending…'}</Text>
    </Pressable>
  );
}

const styles = StyleSheet.create({
  all: { flex: 1 },
  inside: { padding: 12, gap: 8, maxWidth: 640, width: '100%', marginHorizontal: 'auto' },
  bubble: { maxWidth: '85%', borderWidth: 1, borderRadius: 18, paddingHorizontal: 14, paddingVertical: 10, gap: 2 },
  mine: { alignSelf: 'flex-end', borderBottomRightRadius: 6 },
  theirs: { alignSelf: 'flex-start', borderBottomLeftRadius: 6 },
  time: { alignSelf: 'flex-end', fontSize: 13 },
});
