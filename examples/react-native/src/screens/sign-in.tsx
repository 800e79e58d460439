import { useState } from 'react';
import { KeyboardAvoidingView, Platform, ScrollView, StyleSheet, TextInput, View } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';
import { signIn } from '../api/tokens';
import { Button } from '../parts/states';
import { Text } from '../parts/text';
import { useTheme } from '../parts/theme';

export function SignInScreen() {
  const [email, setEmail] = useState('');
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const { paper, card, line, ink, inkSoft, berry } = useTheme();
  const { top } = useSafeAreaInsets();
  const enter = async () => {
    setBusy(true);
    setProblem(await signIn(email.trim()));
    setBusy(false);
  };
  return (
    <KeyboardAvoidingView behavior={Platform.OS === 'ios' ? 'padding' : undefined} style={[styles.all, { backgroundColor: paper }]}>
      <ScrollView role="main" contentContainerStyle={[styles.inside, { paddingTop: top + 64 }]} keyboardShouldPersistTaps="handled">
        <Text kind="title" role="heading" aria-level={1} style={styles.name}>Thornbury Lane</Text>
        <Text kind="meta">The allotment gardeners’ community</Text>
        <View style={styles.form}>
          <TextInput
            accessibilityLabel="E-mail address" placeholder="you@example.com" placeholderTextColor={inkSoft} value={email} onChangeText={setEmail} onSubmitEditing={() => void enter()}
            keyboardType="email-address" autoCapitalize="none" autoComplete="email" returnKeyType="go" style={[styles.input, { backgroundColor: card, borderColor: line, color: ink }]}
          />
          {problem !== '' && <Text accessibilityRole="alert" style={{ color: berry }}>{problem}</Text>}
          <Button label={isBusy ? 'Signing in…' : 'Sign in'} press={() => void enter()} isDisabled={isBusy || email.trim() === ''} />
          <Text kind="meta" style={styles.hint}>In the sandbox: member@example.com, jose@example.com, admin@example.com</Text>
        </View>
      </ScrollView>
    </KeyboardAvoidingView>
  );
}

const styles = StyleSheet.create({
  all: { flex: 1 },
  inside: { alignItems: 'center', padding: 24, gap: 4 },
  name: { fontSize: 30, lineHeight: 38 },
  form: { alignSelf: 'stretch', maxWidth: 420, width: '100%', marginHorizontal: 'auto', marginTop: 32, gap: 12 },
  input: { minHeight: 48, borderWidth: 1, borderRadius: 12, paddingHorizontal: 14, fontSize: 16 },
  hint: { textAlign: 'center', marginTop: 12 },
});
