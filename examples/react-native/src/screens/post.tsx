import { useState } from 'react';
import { FlatList, KeyboardAvoidingView, Platform, StyleSheet, View } from 'react-native';
import { useMutation, useQuery } from 'urql';
import { newKey } from '../api/key';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Author } from '../parts/author';
import { Write } from '../parts/write';
import { LikeButton } from '../parts/like-button';
import type { ScreenProps } from '../parts/navigation';
import { RichText } from '../parts/rich-text';
import { Empty, Failed, Loading } from '../parts/states';
import { Text } from '../parts/text';
import { useTheme } from '../parts/theme';
import { ago } from '../parts/time';

const CommentFragment = graphql(`
  fragment Comment on Comment {
    id
    createdAt
    body { ...RichText }
    author { id ...Author }
  }
`);

const CommentsFragment = graphql(`
  fragment Comments on CommentConnection {
    edges { cursor node { id ...Comment replies(first: 20) { edges { node { id ...Comment } } } } }
  }
`);

const PostQuery = graphql(`
  query Post($id: ID!) {
    post(by: { id: $id }) {
      id
      title
      createdAt
      body { ...RichText }
      author { id ...Author }
      space { id name }
      viewerCanComment
      comments(first: 30, orderBy: LATEST) { ...Comments }
      ...LikeButton
    }
  }
`);

// The payload brings the list with the comment in it, so that nothing has to be put into the cache by hand.
const CreateComment = graphql(`
  mutation CreateComment($id: ID!, $text: String!, $key: String!) {
    createComment(input: { postId: $id, body: { text: $text }, idempotencyKey: $key }) {
      post { id commentsCount comments(first: 30, orderBy: LATEST) { ...Comments } }
      userErrors { message }
    }
  }
`);

export function PostScreen({ route: { params: { id } } }: ScreenProps<'Post'>) {
  const [{ data, error }, ask] = useQuery({ query: PostQuery, variables: { id } });
  const [, comment] = useMutation(CreateComment);
  const [problem, setProblem] = useState('');
  const { card, line } = useTheme();
  const post = data?.post;
  if (!post) return error ? <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Loading />;
  const comments = getFragmentData(CommentsFragment, post.comments)?.edges ?? [];
  const send = async (text: string, key: string) => {
    const { data: answer, error: failure } = await comment({ id, text, key });
    const refusal = answer?.createComment?.userErrors[0]?.message;
    setProblem(failure ? 'That did not go out. Your words are still there.' : refusal ?? '');
    return !failure && !refusal;
  };
  return (
    <KeyboardAvoidingView behavior={Platform.OS === 'ios' ? 'padding' : undefined} style={styles.all} keyboardVerticalOffset={90}>
      <FlatList
        role="main" data={comments} keyExtractor={({ node }) => node.id} contentContainerStyle={styles.inside}
        ListHeaderComponent={(
          <View role="article" style={styles.post}>
            <Text kind="title" role="heading" aria-level={1} style={styles.title}>{post.title}</Text>
            <Author of={post.author}>{[ago(post.createdAt), post.space?.name].filter(Boolean).join(' in ')}</Author>
            <RichText of={post.body} />
            <LikeButton of={post} />
          </View>
        )}
        renderItem={({ item: { node } }) => (
          <View style={[styles.comment, { backgroundColor: card, borderColor: line }]}>
            <Comment of={node} />
            {node.replies?.edges.map(({ node: reply }) => <View key={reply.id} style={[styles.reply, { borderColor: line }]}><Comment of={reply} /></View>)}
          </View>
        )}
        ListEmptyComponent={<Empty title="Nobody has said anything yet">{post.viewerCanComment ? 'Be the first.' : 'Comments are not open here.'}</Empty>}
      />
      {post.viewerCanComment && <Write label="Write a comment" problem={problem} send={(text) => send(text, newKey())} />}
    </KeyboardAvoidingView>
  );
}

function Comment({ of }: { of: FragmentType<typeof CommentFragment> }) {
  const { author, createdAt, body } = getFragmentData(CommentFragment, of);
  return <View role="article" style={styles.words}><Author of={author}>{ago(createdAt)}</Author><RichText of={body} /></View>;
}

const styles = StyleSheet.create({
  all: { flex: 1 },
  inside: { padding: 16, gap: 12, maxWidth: 640, width: '100%', marginHorizontal: 'auto' },
  post: { gap: 14, paddingBottom: 8 },
  title: { fontSize: 26, lineHeight: 33 },
  comment: { borderWidth: 1, borderRadius: 16, padding: 14, gap: 12 },
  reply: { borderLeftWidth: 2, paddingLeft: 12 },
  words: { gap: 8 },
});
