import Svg, { Path } from 'react-native-svg';

type Props = { color?: string; size?: number; isFilled?: boolean };

const draw = (...paths: string[]) => function Icon({ color = 'currentColor', size = 24, isFilled = false }: Props) {
  return (
    <Svg width={size} height={size} viewBox="0 0 24 24" fill={isFilled ? color : 'none'} stroke={color} strokeWidth={1.9} strokeLinecap="round" strokeLinejoin="round" aria-hidden>
      {paths.map((d) => <Path key={d} d={d} />)}
    </Svg>
  );
};

export const House = draw('M4 10.5 12 4l8 6.5V19a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 19Z', 'M9.5 20.5v-6h5v6');
export const MessageCircle = draw('M4.5 16.5a8.5 8.5 0 1 1 3.2 3.1L3.5 20.5Z');
export const Bell = draw('M6 9.5a6 6 0 0 1 12 0c0 5 2 6 2 7.5H4c0-1.5 2-2.5 2-7.5Z', 'M10 20.5a2.2 2.2 0 0 0 4 0');
export const Heart = draw('M12 20.5C5.5 16 3 12.5 3 9a4.7 4.7 0 0 1 9-2 4.7 4.7 0 0 1 9 2c0 3.5-2.5 7-9 11.5Z');
export const Send = draw('M4 12 20 4.5 15 20l-4-6.5Z', 'M11 13.5 20 4.5');
