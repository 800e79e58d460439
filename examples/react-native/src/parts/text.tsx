import { StyleSheet, Text as Plain, type TextProps } from 'react-native';
import { serif, useTheme } from './theme';

/** A text in one of the app's four sizes. */
export function Text({ kind = 'body', style, ...rest }: TextProps & { kind?: 'title' | 'body' | 'strong' | 'meta' }) {
  const { ink, inkSoft } = useTheme();
  return <Plain style={[styles[kind], { color: kind === 'meta' ? inkSoft : ink }, style]} {...rest} />;
}

const styles = StyleSheet.create({
  title: { fontFamily: serif, fontSize: 20, lineHeight: 26, fontWeight: '600' },
  body: { fontSize: 16, lineHeight: 24 },
  strong: { fontSize: 16, lineHeight: 22, fontWeight: '600' },
  meta: { fontSize: 14, lineHeight: 20 },
});
