import type { LucideIcon } from 'lucide-react';
import { CloudOff } from 'lucide-react';
import { explain } from '../api/errors';

/** Grey shapes in the place of what is on its way. */
export function Skeleton({ of, count = 3 }: { of: 'card' | 'row' | 'profile'; count?: number }) {
  return (
    <div role="status" className="skeletons">
      <span className="unseen">Loading…</span>
      {Array.from({ length: count }, (_, i) => (
        <div key={i} className={`skeleton ${of}`} aria-hidden="true"><i /><i /><i /><i /></div>
      ))}
    </div>
  );
}

/** A list without anything in it. */
export function Empty({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children?: React.ReactNode }) {
  return (
    <div className="state">
      <Icon aria-hidden="true" />
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}

/** What a person can know and do about an error. */
export function Failed({ error, retry }: { error: unknown; retry: () => unknown }) {
  const { title, hint, canRetry } = explain(error);
  return (
    <div className="state" role="alert">
      <CloudOff aria-hidden="true" />
      <h2>{title}</h2>
      <p>{hint}</p>
      {canRetry && <button type="button" className="button" onClick={() => void retry()}>Try again</button>}
    </div>
  );
}
