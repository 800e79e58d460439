import { useEffect, useState } from 'react';

/** What somebody types, once they pause. */
export function useSettled(text: string, pause = 250) {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(setSettled, pause, text);
    return () => clearTimeout(timer);
  }, [text, pause]);
  return settled;
}
