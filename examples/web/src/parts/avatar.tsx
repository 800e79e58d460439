import { useState } from 'react';

/** A member's picture; their initials on a colour of their own if there is none, or it does not load. */
export function Avatar({ name, url, large = false }: { name: string; url: string | null | undefined; large?: boolean }) {
  const [broken, setBroken] = useState<string>();
  const className = large ? 'avatar large' : 'avatar';
  if (url && url !== broken) return <img className={className} src={url} alt="" loading="lazy" onError={() => setBroken(url)} />;
  return <span className={className} style={{ '--hue': hue(name) } as React.CSSProperties} aria-hidden="true">{initials(name)}</span>;
}

function initials(name: string) {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => [...(word ?? '')][0] ?? '').join('').toUpperCase();
}

function hue(name: string) {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 360, 7);
}
