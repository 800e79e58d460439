import { useState } from 'react';
import { FlatList, RefreshControl, StyleSheet } from 'react-native';
import { useQuery } from 'urql';
import { signOut } from '../api/tokens';
import { graphql } from '../generated';
import type { TabProps } from '../parts/navigation';
import { PostCard } from '../parts/post-card';
import { Button, Empty, Failed, Loading } from '../parts/states';
import { useTheme } from '../parts/theme';

const Feed = graphql(`
  query Feed($after: String) {
    homeFeed(first: 10, after: $after) {
      edges { cursor node { id ...PostCard } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

/** What is new in all spaces of the member. Pages are joined by the cache; pulling down reads the first one again. */
export function FeedScreen({ navigation }: TabProps<'Feed'>) {
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, ask] = useQuery({ query: Feed, variables: { after } });
  const { leaf } = useTheme();
  const list = data?.homeFeed;
  const again = () => { setAfter(null); ask({ requestPolicy: 'network-only' }); };
  if (!list) return error ? <Failed error={error} retry={again} /> : <Loading />;
  return (
    <FlatList
      role="main" style={styles.list} contentContainerStyle={styles.inside} data={list.edges} keyExtractor={({ node }) => node.id}
      renderItem={({ item: { node } }) => <PostCard of={node} open={(id) => navigation.navigate('Post', { id })} />}
      ListEmptyComponent={<Empty title="Nothing here yet">Join a space to see what is written there.</Empty>}
      ListFooterComponent={fetching ? <Loading /> : <Button label="Sign out" isQuiet press={() => void signOut()} />}
      refreshControl={<RefreshControl refreshing={false} onRefresh={again} tintColor={leaf} />}
      onEndReached={() => { if (!fetching && list.pageInfo.hasNextPage) setAfter(list.pageInfo.endCursor ?? null); }} onEndReachedThreshold={1}
    />
  );
}

const styles = StyleSheet.create({ list: { flex: 1 }, inside: { padding: 12, gap: 12, maxWidth: 640, width: '100%', marginHorizontal: 'auto' } });
