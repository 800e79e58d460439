import { StyleSheet, View } from 'react-native';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Avatar } from './avatar';
import { Text } from './text';

const AuthorFragment = graphql(`
  fragment Author on Member {
    id
    name
    avatarUrl
  }
`);

/** Who wrote something, and below the name when and where. */
export function Author({ of, children }: { of?: FragmentType<typeof AuthorFragment> | null; children: string }) {
  const author = getFragmentData(AuthorFragment, of);
  const name = author?.name ?? 'A former member';
  return (
    <View style={styles.row}>
      <Avatar name={name} url={author?.avatarUrl} />
      <View style={styles.words}>
        <Text kind="strong">{name}</Text>
        <Text kind="meta">{children}</Text>
      </View>
    </View>
  );
}

const styles = StyleSheet.create({ row: { flexDirection: 'row', alignItems: 'center', gap: 12 }, words: { flex: 1 } });
