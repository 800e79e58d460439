import { Image, Linking, Pressable, StyleSheet, View } from 'react-native';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Text } from './text';
import { useTheme } from './theme';

export const RichTextFragment = graphql(`
  fragment RichText on RichText {
    document
    plainText
  }
`);

type Resolved = {
  kind?: string; name?: string; url?: string; filename?: string; width?: number; height?: number; question?: string; options?: { text: string; votesCount?: number }[];
};
type Node = {
  type: string;
  text?: string;
  attrs?: { level?: number; start?: number; label?: string; resolved?: Resolved };
  marks?: { type: string; attrs?: { href?: string } }[];
  content?: Node[];
};

/** A text as its author wrote it, drawn from its document. Texts of Circle's older editor have none, and show without markup. */
export function RichText({ of }: { of: FragmentType<typeof RichTextFragment> }) {
  const { document, plainText } = getFragmentData(RichTextFragment, of);
  if (!document) return plainText ? <Text selectable>{plainText}</Text> : null;
  return <View style={styles.blocks}>{((document as Node).content ?? []).map((node, i) => <Block key={i} of={node} />)}</View>;
}

const inline = new Set(['text', 'mention', 'emoji', 'hardBreak']);

/** A paragraph, a list, a picture and the like. Types that the app does not know show what is in them. */
function Block({ of: node }: { of: Node }) {
  const { line, leaf, sunken, leafInk } = useTheme();
  const { type, attrs, content = [] } = node;
  const it = attrs?.resolved ?? {};
  switch (type) {
    case 'heading':
      return <Text kind="title" role="heading" selectable>{content.map((part, i) => <Inline key={i} of={part} />)}</Text>;
    case 'bulletList':
    case 'orderedList':
      return (
        <View role="list">
          {content.map((item, i) => (
            <View key={i} role="listitem" style={styles.item}>
              <Text kind="meta" style={styles.sign}>{type === 'bulletList' ? '•' : `${(attrs?.start ?? 1) + i}.`}</Text>
              <View style={styles.inItem}>{(item.content ?? []).map((block, j) => <Block key={j} of={block} />)}</View>
            </View>
          ))}
        </View>
      );
    case 'blockquote':
      return <View style={[styles.quote, { borderColor: leaf }]}>{content.map((block, i) => <Block key={i} of={block} />)}</View>;
    case 'codeBlock':
      return <View style={[styles.code, { backgroundColor: sunken }]}><Text style={styles.mono} selectable>{content.map(({ text }) => text).join('')}</Text></View>;
    case 'horizontalRule':
      return <View style={[styles.rule, { backgroundColor: line }]} />;
    case 'image':
      return <Picture of={it} />;
    case 'file':
      return it.kind === 'image' ? <Picture of={it} /> : <Address url={it.url}>{it.filename ?? 'A file'}</Address>;
    case 'embed':
    case 'entity':
      return <Address url={it.url}>{it.name ?? it.url ?? ''}</Address>;
    case 'cta':
      return it.url ? (
        <Pressable accessibilityRole="link" onPress={() => void Linking.openURL(it.url!)} style={[styles.button, { backgroundColor: leaf }]}>
          <Text kind="strong" style={{ color: leafInk }}>{it.name}</Text>
        </Pressable>
      ) : null;
    case 'poll':
      return (
        <View style={[styles.poll, { borderColor: line }]}>
          <Text kind="strong">{it.question ?? 'A poll'}</Text>
          {it.options?.map(({ text, votesCount }) => <Text key={text}>{text}{votesCount !== undefined && <Text kind="meta">{`  ${votesCount} votes`}</Text>}</Text>)}
          <Text kind="meta">Votes are given on the community’s own pages.</Text>
        </View>
      );
    default:
      if (content.some((part) => inline.has(part.type))) return <Text selectable>{content.map((part, i) => <Inline key={i} of={part} />)}</Text>;
      return content.length > 0 ? <View style={styles.blocks}>{content.map((block, i) => <Block key={i} of={block} />)}</View> : attrs?.label ? <Text>{attrs.label}</Text> : null;
  }
}

function Inline({ of: { type, text, marks = [], attrs, content = [] } }: { of: Node }) {
  const { leaf, sunken } = useTheme();
  const it = attrs?.resolved ?? {};
  if (type === 'mention') return <Text kind="strong" style={{ color: leaf }}>{`@${it.name ?? '…'}`}</Text>;
  if (type === 'emoji') return it.name ?? '';
  if (type === 'hardBreak') return '\n';
  if (type !== 'text') return <>{content.map((part, i) => <Inline key={i} of={part} />)}</>;
  const has = (mark: string) => marks.some((one) => one.type === mark);
  const href = marks.find((mark) => mark.type === 'link')?.attrs?.href;
  const style = [
    has('bold') && styles.bold, has('italic') && styles.italic, has('strike') && styles.strike,
    has('underline') && styles.underline, has('code') && [styles.mono, { backgroundColor: sunken }], href && [styles.underline, { color: leaf }],
  ];
  // Only what a browser opens: a document has addresses as their authors wrote them.
  const open = href && /^https?:|^mailto:/i.test(href) ? () => void Linking.openURL(href) : undefined;
  return <Text style={style} onPress={open} role={open ? 'link' : undefined}>{text}</Text>;
}

function Address({ url, children }: { url?: string; children: string }) {
  const { leaf } = useTheme();
  if (!url) return <Text>{children}</Text>;
  return <Text role="link" style={[styles.underline, { color: leaf }]} onPress={() => void Linking.openURL(url)}>{children}</Text>;
}

function Picture({ of: { url, width = 4, height = 3, filename } }: { of: Resolved }) {
  if (!url) return null;
  return <Image source={{ uri: url }} style={[styles.picture, { aspectRatio: width / height }]} accessibilityLabel={filename} />;
}

const styles = StyleSheet.create({
  blocks: { gap: 10 },
  item: { flexDirection: 'row', gap: 8 },
  sign: { minWidth: 18, lineHeight: 24 },
  inItem: { flex: 1 },
  quote: { borderLeftWidth: 3, paddingLeft: 12, gap: 8 },
  code: { borderRadius: 8, padding: 12 },
  mono: { fontFamily: 'monospace', fontSize: 14 },
  rule: { height: 1, marginVertical: 6 },
  picture: { width: '100%', borderRadius: 12 },
  button: { alignSelf: 'flex-start', minHeight: 44, justifyContent: 'center', paddingHorizontal: 20, borderRadius: 22 },
  poll: { borderWidth: 1, borderRadius: 12, padding: 14, gap: 6 },
  bold: { fontWeight: '700' },
  italic: { fontStyle: 'italic' },
  strike: { textDecorationLine: 'line-through' },
  underline: { textDecorationLine: 'underline' },
});
