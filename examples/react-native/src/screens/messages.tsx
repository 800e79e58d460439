import { FlatList, Pressable, RefreshControl, StyleSheet, View } from 'react-native';
import { useQuery, useSubscription } from 'urql';
import { graphql } from '../generated';
import { Avatar } from '../parts/avatar';
import type { TabProps } from '../parts/navigation';
import { Empty, Failed, Loading } from '../parts/states';
import { Text } from '../parts/text';
import { useTheme } from '../parts/theme';

const Inbox = graphql(`
  query Inbox {
    viewer {
      id
      chatRooms(first: 30) {
        edges {
          node {
            id
            name
            unreadMessagesCount
            otherParticipantsPreview { id member { id avatarUrl } }
            lastMessage { id body { plainText } }
          }
        }
      }
    }
  }
`);

const InboxChanged = graphql(`
  subscription InboxChanged {
    inboxChanged { __typename }
  }
`);

/** The rooms of the member, those last written in first. Whatever happens in one of them, the list is read again. */
export function MessagesScreen({ navigation }: TabProps<'Messages'>) {
  const [{ data, error }, ask] = useQuery({ query: Inbox });
  const again = () => ask({ requestPolicy: 'network-only' });
  useSubscription({ query: InboxChanged }, (_, event) => { again(); return event; });
  const { line, leaf, leafInk } = useTheme();
  const rooms = data?.viewer?.chatRooms?.edges;
  if (!rooms) return error ? <Failed error={error} retry={again} /> : <Loading />;
  return (
    <FlatList
      role="main" data={rooms} keyExtractor={({ node }) => node.id} contentContainerStyle={styles.inside}
      refreshControl={<RefreshControl refreshing={false} onRefresh={again} tintColor={leaf} />}
      ListEmptyComponent={<Empty title="No conversations yet">Whoever writes to you will show here.</Empty>}
      renderItem={({ item: { node: { id, name, unreadMessagesCount, otherParticipantsPreview, lastMessage } } }) => (
        <Pressable accessibilityRole="link" style={[styles.row, { borderColor: line }]} onPress={() => navigation.navigate('Room', { id, name: name ?? undefined })}>
          <Avatar name={name ?? ''} url={otherParticipantsPreview?.length === 1 ? otherParticipantsPreview[0]?.member?.avatarUrl : null} size={48} />
          <View style={styles.words}>
            <Text kind="strong" numberOfLines={1}>{name}</Text>
            <Text kind="meta" numberOfLines={1}>{lastMessage?.body.plainText ?? ''}</Text>
          </View>
          {!!unreadMessagesCount && <View style={[styles.badge, { backgroundColor: leaf }]}><Text kind="meta" style={{ color: leafInk }}>{`${unreadMessagesCount} new`}</Text></View>}
        </Pressable>
      )}
    />
  );
}

const styles = StyleSheet.create({
  inside: { maxWidth: 640, width: '100%', marginHorizontal: 'auto' },
  row: { flexDirection: 'row', alignItems: 'center', gap: 12, padding: 14, borderBottomWidth: StyleSheet.hairlineWidth },
  words: { flex: 1 },
  badge: { borderRadius: 12, paddingHorizontal: 10, paddingVertical: 2 },
});
