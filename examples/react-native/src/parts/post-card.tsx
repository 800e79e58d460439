import { Image, Pressable, StyleSheet, View } from 'react-native';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Author } from './author';
import { MessageCircle } from './icons';
import { LikeButton } from './like-button';
import { Text } from './text';
import { useTheme } from './theme';
import { ago } from './time';

const PostCardFragment = graphql(`
  fragment PostCard on Post {
    id
    title
    createdAt
    commentsCount
    body { plainText }
    cover { url }
    author { id ...Author }
    space { id name }
    ...LikeButton
  }
`);

/** A post in the feed. */
export function PostCard({ of, open }: { of: FragmentType<typeof PostCardFragment>; open: (id: string) => void }) {
  const post = getFragmentData(PostCardFragment, of);
  const { id, title, createdAt, commentsCount, body: { plainText }, cover, author, space } = post;
  const { card, line, inkSoft } = useTheme();
  return (
    <View role="article" style={[styles.card, { backgroundColor: card, borderColor: line }]}>
      <Author of={author}>{[ago(createdAt), space?.name].filter(Boolean).join(' in ')}</Author>
      <Pressable accessibilityRole="link" onPress={() => open(id)} style={styles.words}>
        <Text kind="title">{title}</Text>
        {plainText !== title && <Text numberOfLines={4}>{plainText}</Text>}
        {cover?.url && <Image source={{ uri: cover.url }} style={styles.cover} />}
      </Pressable>
      <View style={styles.foot}>
        <LikeButton of={post} />
        <MessageCircle color={inkSoft} size={20} />
        <Text kind="meta" aria-label={`${commentsCount} comments`}>{commentsCount}</Text>
      </View>
    </View>
  );
}

const styles = StyleSheet.create({
  card: { borderWidth: 1, borderRadius: 18, padding: 18, paddingBottom: 8, gap: 12 },
  words: { gap: 6 },
  cover: { width: '100%', aspectRatio: 16 / 9, borderRadius: 12 },
  foot: { flexDirection: 'row', alignItems: 'center', gap: 8 },
});
