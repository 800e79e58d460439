import { Radio } from 'lucide-react';
import { useLive } from '../api/live';
import { useOnline } from '../api/online';
import { graphql } from '../generated';

const LiveStatusChanged = graphql(`
  subscription LiveStatusChanged {
    liveStatusChanged {
      id
      mode
      pollSeconds
      isUpToDate
    }
  }
`);

/** How soon one hears of what others write. Nothing is promised that is not so. */
export function LiveMode() {
  const isOnline = useOnline();
  const status = useLive(LiveStatusChanged)?.liveStatusChanged;
  if (!status || !isOnline) return null;
  if (status.mode === 'LIVE') return <p className="live-mode meta" data-mode="live"><Radio aria-hidden="true" />{status.isUpToDate ? 'Live' : 'Catching up…'}</p>;
  return (
    <p className="live-mode meta">
      {status.mode === 'POLLING' && status.pollSeconds ? `New messages show within ${status.pollSeconds} seconds` : 'Pull down to look for new messages'}
    </p>
  );
}
