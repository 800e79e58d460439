import { lazy, Suspense, useEffect, useState } from 'react';
import { drafts } from '../api/drafts';

const Composer = lazy(() => import('./composer'));

/** Where a text is written. The editor comes when there is something to write, not with the app. */
export function Write(props: React.ComponentProps<typeof Composer>) {
  const { draft, isChat } = props;
  const [times, setTimes] = useState(0); // that a text was put back
  useEffect(() => drafts.onPutBack((key) => { if (key === draft) setTimes((number) => number + 1); }), [draft]);
  return (
    <Suspense fallback={<div className={isChat ? 'composer chat' : 'composer'} aria-hidden="true"><div className="field" /></div>}>
      <Composer key={`${draft} ${times}`} {...props} isFirst={props.isFirst || times > 0} />
    </Suspense>
  );
}
