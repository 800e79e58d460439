import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';

/** Whether there is a network. That the community can be reached over it only a request shows. */
export function useOnline() {
  return useSyncExternalStore(onNetworkChange, () => navigator.onLine);
}

/** Calls `back` whenever the network is there again. */
export function useBackOnline(back: () => unknown) {
  const run = useEffectEvent(() => { back(); });
  useEffect(() => {
    const listener = () => run();
    addEventListener('online', listener);
    return () => removeEventListener('online', listener);
  }, []);
}

function onNetworkChange(tell: () => void) {
  addEventListener('online', tell);
  addEventListener('offline', tell);
  return () => {
    removeEventListener('online', tell);
    removeEventListener('offline', tell);
  };
}
