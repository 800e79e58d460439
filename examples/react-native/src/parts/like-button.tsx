import { Pressable, StyleSheet } from 'react-native';
import { useMutation } from 'urql';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Heart } from './icons';
import { Text } from './text';
import { useTheme } from './theme';

const LikeButtonFragment = graphql(`
  fragment LikeButton on Post {
    id
    likesCount
    isLikeable
    isLikedByViewer
  }
`);

const Like = graphql(`
  mutation Like($id: ID!) {
    likePost(input: { postId: $id }) { post { id likesCount isLikedByViewer } userErrors { message } }
  }
`);
const Unlike = graphql(`
  mutation Unlike($id: ID!) {
    unlikePost(input: { postId: $id }) { post { id likesCount isLikedByViewer } userErrors { message } }
  }
`);

/** Likes a post. It shows at once (`optimistic` in api/cache.ts), and the answer decides. */
export function LikeButton({ of }: { of: FragmentType<typeof LikeButtonFragment> }) {
  const { id, likesCount, isLikeable, isLikedByViewer } = getFragmentData(LikeButtonFragment, of);
  const [, like] = useMutation(Like);
  const [, unlike] = useMutation(Unlike);
  const { berry, inkSoft } = useTheme();
  if (!isLikeable) return null;
  const color = isLikedByViewer ? berry : inkSoft;
  return (
    <Pressable
      accessibilityRole="button" accessibilityState={{ selected: isLikedByViewer }} accessibilityLabel={`Like, ${likesCount} likes`} aria-pressed={isLikedByViewer}
      hitSlop={8} style={styles.button} onPress={() => void (isLikedByViewer ? unlike : like)({ id })}
    >
      <Heart color={color} size={20} isFilled={isLikedByViewer} />
      <Text kind="meta" style={{ color }}>{likesCount}</Text>
    </Pressable>
  );
}

const styles = StyleSheet.create({ button: { flexDirection: 'row', alignItems: 'center', gap: 6, minHeight: 44, paddingRight: 12 } });
