import { ActivityIndicator, Pressable, StyleSheet, View } from 'react-native';
import type { CombinedError } from 'urql';
import { explain } from '../api/errors';
import { Text } from './text';
import { useTheme } from './theme';

export function Loading() {
  const { leaf } = useTheme();
  return <View style={styles.middle}><ActivityIndicator color={leaf} accessibilityLabel="Loading" /></View>;
}

export function Failed({ error, retry }: { error: CombinedError; retry: () => void }) {
  const { title, hint } = explain(error);
  return (
    <View style={styles.middle} accessibilityRole="alert">
      <Text kind="title">{title}</Text>
      <Text kind="meta" style={styles.words}>{hint}</Text>
      <Button label="Try again" press={retry} />
    </View>
  );
}

export function Empty({ title, children }: { title: string; children: string }) {
  return (
    <View style={styles.middle}>
      <Text kind="title">{title}</Text>
      <Text kind="meta" style={styles.words}>{children}</Text>
    </View>
  );
}

export function Button({ label, press, isDisabled = false, isQuiet = false }: { label: string; press: () => void; isDisabled?: boolean; isQuiet?: boolean }) {
  const { leaf, leafInk, sunken, inkSoft } = useTheme();
  const background = isQuiet ? 'transparent' : isDisabled ? sunken : leaf;
  return (
    <Pressable accessibilityRole="button" disabled={isDisabled} onPress={press} style={({ pressed }) => [styles.button, { backgroundColor: background, opacity: pressed ? 0.7 : 1 }]}>
      <Text kind="strong" style={{ color: isDisabled ? inkSoft : isQuiet ? leaf : leafInk }}>{label}</Text>
    </Pressable>
  );
}

const styles = StyleSheet.create({
  middle: { flexGrow: 1, alignItems: 'center', justifyContent: 'center', gap: 8, padding: 32 },
  words: { textAlign: 'center' },
  button: { minHeight: 44, paddingHorizontal: 20, borderRadius: 22, alignItems: 'center', justifyContent: 'center' },
});
