import { useEffect, useRef, useState } from 'react';
import { explain } from '../api/errors';
import { say } from './announcements';

/**
 * The end of a list that has more. When it comes into view, the next page is fetched; the button is for keyboards, and for
 * trying again.
 */
export function More({ load, label = 'Show more' }: { load: () => Promise<unknown>; label?: string }) {
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');
  const button = useRef<HTMLButtonElement>(null);

  const next = async () => {
    setState('busy');
    try {
      await load();
      setState('idle');
    } catch (error) {
      say(explain(error).title);
      setState('failed');
    }
  };

  useEffect(() => {
    if (state !== 'idle' || !button.current) return undefined;
    const eye = new IntersectionObserver(([entry]) => entry?.isIntersecting && button.current?.click(), { rootMargin: '400px' });
    eye.observe(button.current);
    return () => eye.disconnect();
  }, [state]);

  return (
    <div className="more">
      <button ref={button} type="button" className="button quiet" onClick={() => void next()} disabled={state === 'busy'}>
        {state === 'busy' ? 'Loading…' : label}
      </button>
    </div>
  );
}
