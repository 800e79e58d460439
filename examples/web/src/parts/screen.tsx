import { ArrowLeft, LoaderCircle } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';

type Props = {
  title: string;
  /** What can be done with it as a whole. */
  action?: React.ReactNode;
  canGoBack?: boolean;
  /** Reads it anew, for whoever pulls the screen down. */
  refresh?: () => Promise<unknown>;
  children: React.ReactNode;
};

/** A screen below the app's own bar: its title, what can be done with it as a whole, and what it shows. */
export function Screen({ title, action, canGoBack = false, refresh, children }: Props) {
  return (
    <>
      <title>{`${title} · Thornbury Lane`}</title>
      <header className="screen-head">
        {canGoBack && (
          <button type="button" className="icon-button" aria-label="Back" onClick={() => history.back()}><ArrowLeft aria-hidden="true" /></button>
        )}
        <h1>{title}</h1>
        {action}
      </header>
      {refresh && <Pull refresh={refresh} />}
      {children}
    </>
  );
}

const far = 70;

/** Pulling the top of the screen down reads it anew. */
function Pull({ refresh }: { refresh: () => Promise<unknown> }) {
  const [pulled, setPulled] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const release = useEffectEvent(() => {
    if (pulled < far || isBusy) return;
    setBusy(true);
    void refresh().finally(() => setBusy(false));
  });
  useEffect(() => {
    let start: number | undefined;
    const begin = ({ touches }: TouchEvent) => { start = scrollY === 0 ? touches[0]?.clientY : undefined; };
    const move = ({ touches }: TouchEvent) => { if (start !== undefined) setPulled(Math.max(0, Math.min((touches[0]!.clientY - start) / 2, far + 10))); };
    const end = ({ type }: TouchEvent) => {
      if (start !== undefined && type === 'touchend') release(); // one that was taken away asks for nothing
      start = undefined;
      setPulled(0);
    };
    addEventListener('touchstart', begin, { passive: true });
    addEventListener('touchmove', move, { passive: true });
    addEventListener('touchend', end);
    addEventListener('touchcancel', end);
    return () => {
      removeEventListener('touchstart', begin);
      removeEventListener('touchmove', move);
      removeEventListener('touchend', end);
      removeEventListener('touchcancel', end);
    };
  }, []);
  if (!isBusy && pulled < 10) return null;
  return (
    <div className="pull" style={{ height: isBusy ? far : pulled }} role="status" data-is-far={pulled >= far}>
      <LoaderCircle className={isBusy ? 'turning' : undefined} aria-hidden="true" />
      <span className="unseen">{isBusy ? 'Looking for what is new…' : ''}</span>
    </div>
  );
}
