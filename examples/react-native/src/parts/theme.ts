import { DarkTheme, DefaultTheme } from '@react-navigation/native';
import { Platform, useColorScheme } from 'react-native';

const light = {
  paper: '#f5f2ea', card: '#fffdf8', sunken: '#edeade', line: '#e2ddcd', ink: '#23281e', inkSoft: '#62675a', leaf: '#2f6b3f', leafInk: '#ffffff', leafWash: '#e2edde', berry: '#b3304a',
};
const dark: typeof light = {
  paper: '#12160f', card: '#1b2117', sunken: '#262d21', line: '#2f3829', ink: '#eceee4', inkSoft: '#a9b09d', leaf: '#93cf9b', leafInk: '#0f1a10', leafWash: '#22331f', berry: '#f28b9d',
};

export const serif = Platform.select({ ios: 'Georgia', android: 'serif', default: 'Georgia, serif' });

/** The colours for what the person prefers, day or night. */
export function useTheme() {
  return useColorScheme() === 'dark' ? dark : light;
}

/** The same for the bars of the navigation. */
export function useNavigationTheme() {
  const { paper, card, line, ink, leaf, berry } = useTheme();
  const { fonts, dark: isDark } = useColorScheme() === 'dark' ? DarkTheme : DefaultTheme;
  return { dark: isDark, fonts, colors: { primary: leaf, background: paper, card, text: ink, border: line, notification: berry } };
}
