import { useEffect, useState } from 'react';
import { FlatList, Pressable, RefreshControl, StyleSheet, View } from 'react-native';
import { useClient, useMutation, useQuery } from 'urql';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Avatar } from '../parts/avatar';
import { useNewNotifications } from '../parts/badge';
import type { TabProps } from '../parts/navigation';
import { Empty, Failed, Loading } from '../parts/states';
import { Text } from '../parts/text';
import { useTheme } from '../parts/theme';
import { ago } from '../parts/time';

const NotificationFragment = graphql(`
  fragment Notification on Notification {
    id
    createdAt
    readAt
    actorName
    actorImageUrl
    actionText
    title
    spaceName
    url
  }
`);

const Notifications = graphql(`
  query Notifications($after: String) {
    viewer {
      id
      notifications(first: 20, after: $after) {
        edges { cursor node { id ...Notification } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

const ResetCount = graphql(`
  mutation ResetCount {
    resetNewNotificationsCount { viewer { id notificationCounts { id notifications } } userErrors { message } }
  }
`);

const MarkAsRead = graphql(`
  mutation MarkNotificationAsRead($id: ID!) {
    markNotificationAsRead(input: { notificationId: $id }) { notification { id readAt } userErrors { message } }
  }
`);

// The addresses are those of the community's own pages; what is there says which screen it is.
const WhatIsThere = graphql(`
  query WhatIsThere($url: URL!) {
    resolveUrl(url: $url) {
      __typename
      ... on Post { id }
      ... on Comment { id post { id } }
      ... on ChatRoom { id }
      ... on ChatMessage { id chatRoom { id } }
    }
  }
`);

/** What has happened. Who looks at the list has seen what is new in it, and the badge says so. */
export function NotificationsScreen({ navigation }: TabProps<'Notifications'>) {
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, ask] = useQuery({ query: Notifications, variables: { after } });
  const [, reset] = useMutation(ResetCount);
  const [, markAsRead] = useMutation(MarkAsRead);
  const client = useClient();
  const count = useNewNotifications();
  const { leaf } = useTheme();
  const again = () => { setAfter(null); ask({ requestPolicy: 'network-only' }); };
  const isSeen = navigation.isFocused();
  useEffect(() => {
    if (count === 0 || !isSeen) return;
    ask({ requestPolicy: 'network-only' });
    void reset({});
  }, [count, isSeen, ask, reset]);

  const open = async (id: string, url: string | null | undefined) => {
    void markAsRead({ id });
    if (!url) return;
    const there = (await client.query(WhatIsThere, { url }).toPromise()).data?.resolveUrl;
    switch (there?.__typename) {
      case 'BasicPost': case 'ImagePost': case 'Event': return navigation.navigate('Post', { id: there.id });
      case 'Comment': return there.post && navigation.navigate('Post', { id: there.post.id });
      case 'ChatRoom': return navigation.navigate('Room', { id: there.id });
      case 'ChatMessage': return navigation.navigate('Room', { id: there.chatRoom.id });
      default: return undefined; // no screen of this app: the web example has them all
    }
  };

  const list = data?.viewer?.notifications;
  if (!list) return error ? <Failed error={error} retry={again} /> : <Loading />;
  return (
    <FlatList
      role="main" data={list.edges} keyExtractor={({ node }) => node.id} contentContainerStyle={styles.inside}
      renderItem={({ item: { node } }) => <Notification of={node} open={open} />}
      ListEmptyComponent={<Empty title="All quiet">What others do with your words will show here.</Empty>}
      refreshControl={<RefreshControl refreshing={false} onRefresh={again} tintColor={leaf} />}
      onEndReached={() => { if (!fetching && list.pageInfo.hasNextPage) setAfter(list.pageInfo.endCursor ?? null); }} onEndReachedThreshold={1}
    />
  );
}

type Open = (id: string, url: string | null | undefined) => Promise<unknown>;

function Notification({ of, open }: { of: FragmentType<typeof NotificationFragment>; open: Open }) {
  const { id, createdAt, readAt, actorName, actorImageUrl, actionText, title, spaceName, url } = getFragmentData(NotificationFragment, of);
  const { line, leaf } = useTheme();
  const name = actorName ?? 'The community';
  return (
    <Pressable
      accessibilityRole="link" onPress={() => void open(id, url)}
      style={[styles.row, { borderColor: line}]}
    >
      <Avatar name={name} url={actorImageUrl} />
      <View style={styles.words}>
        <Text><Text kind="strong">{name}</Text>{` ${actionText ?? ''}`}</Text>
        {title && <Text kind="strong">{title}</Text>}
        <Text kind="meta">{[ago(createdAt), spaceName].filter(Boolean).join(' in ')}</Text>
      </View>
      {!readAt && <View role="img" aria-label="unread" style={[styles.dot, { backgroundColor: leaf }]} />}
    </Pressable>
  );
}

const styles = StyleSheet.create({
  inside: { maxWidth: 640, width: '100%', marginHorizontal: 'auto' },
  row: { flexDirection: 'row', alignItems: 'center', gap: 12, padding: 14, borderBottomWidth: StyleSheet.hairlineWidth },
  words: { flex: 1 },
  dot: { width: 9, height: 9, borderRadius: 5 },
});
