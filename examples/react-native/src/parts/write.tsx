import { useState } from 'react';
import { Pressable, StyleSheet, TextInput, View } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';
import { Send } from './icons';
import { Text } from './text';
import { useTheme } from './theme';

type Props = { label: string; problem?: string; /** Resolves to whether the words may go from here. */ send: (text: string) => Promise<boolean> | boolean };

/** A line that grows, at the foot of the screen. What was not taken stays. */
export function Write({ label, problem = '', send }: Props) {
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const { card, line, ink, inkSoft, leaf, leafInk, sunken, berry } = useTheme();
  const { bottom } = useSafeAreaInsets();
  const isReady = text.trim() !== '' && !isBusy;
  const go = async () => {
    if (!isReady) return;
    setBusy(true);
    if (await send(text.trim())) setText('');
    setBusy(false);
  };
  return (
    <View style={{ backgroundColor: card, borderTopWidth: 1, borderColor: line, paddingBottom: bottom }}>
      {problem !== '' && <Text accessibilityRole="alert" style={[styles.problem, { color: berry }]}>{problem}</Text>}
      <View style={styles.row}>
        <TextInput
          accessibilityLabel={label} placeholder={label} placeholderTextColor={inkSoft} value={text} onChangeText={setText} multiline numberOfLines={1} submitBehavior="submit"
          onSubmitEditing={() => void go()} style={[styles.input, { borderColor: line, color: ink }]}
        />
        <Pressable accessibilityRole="button" accessibilityLabel="Send" disabled={!isReady} onPress={() => void go()} style={[styles.send, { backgroundColor: isReady ? leaf : sunken }]}>
          <Send color={isReady ? leafInk : inkSoft} />
        </Pressable>
      </View>
    </View>
  );
}

const styles = StyleSheet.create({
  row: { flexDirection: 'row', alignItems: 'flex-end', gap: 8, padding: 10, maxWidth: 640, width: '100%', marginHorizontal: 'auto' },
  input: { flex: 1, minHeight: 44, maxHeight: 140, borderWidth: 1, borderRadius: 22, paddingHorizontal: 16, paddingVertical: 10, fontSize: 16 },
  send: { width: 44, height: 44, borderRadius: 22, alignItems: 'center', justifyContent: 'center' },
  problem: { paddingHorizontal: 16, paddingTop: 8 },
});
