import { useState } from 'react';

/** A member's picture on a colour of their own, which has their initials until it is there, and if there is none. */
export function Avatar({ name, url, large = false }: { name: string; url: string | null | undefined; large?: boolean }) {
  const [broken, setBroken] = useState<string>();
  return (
    <span className={large ? 'avatar large' : 'avatar'} style={{ '--hue': hue(name) } as React.CSSProperties} aria-hidden="true">
      {initials(name)}
      {url && url !== broken && <img src={url} alt="" loading="lazy" onError={() => setBroken(url)} />}
    </span>
  );
}

function initials(name: string) {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => [...(word ?? '')][0] ?? '').join('').toUpperCase();
}

function hue(name: string) {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 360, 7);
}
