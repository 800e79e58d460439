import { useState } from 'react';
import { Image, View } from 'react-native';
import { Text } from './text';
import { useTheme } from './theme';

/** A member's picture, over their initials as long as it loads or if there is none. */
export function Avatar({ name, url, size = 40 }: { name: string; url?: string | null; size?: number }) {
  const { leafWash, leaf } = useTheme();
  const [isBroken, setBroken] = useState(false);
  const round = { width: size, height: size, borderRadius: size / 2 };
  const initials = name.split(' ').map((word) => word.charAt(0)).slice(0, 2).join('');
  return (
    <View style={[round, { backgroundColor: leafWash, alignItems: 'center', justifyContent: 'center', overflow: 'hidden' }]} aria-hidden importantForAccessibility="no-hide-descendants" accessibilityElementsHidden>
      <Text kind="strong" style={{ color: leaf, fontSize: size * 0.38 }}>{initials}</Text>
      {url && !isBroken && <Image source={{ uri: url }} style={[round, { position: 'absolute' }]} onError={() => setBroken(true)} />}
    </View>
  );
}
