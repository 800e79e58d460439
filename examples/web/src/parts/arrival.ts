import { type RefObject, useEffect, useLayoutEffect } from 'react';
import { parentOf } from './addresses';

const places = new Map<string, number>(Object.entries(JSON.parse(sessionStorage.getItem('places') ?? '{}') as Record<string, number>));

const acts = ['wheel', 'touchstart', 'pointerdown', 'keydown'];

let isBack = true; // and so is the first screen

/** Puts the parent of the first screen behind it, so that Back never leaves the app for whoever came by a link. */
export function enter() {
  history.scrollRestoration = 'manual';
  addEventListener('popstate', () => { isBack = true; }); // before the router hears of it
  const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const { pathname, search, hash } = location;
  if (visit?.type !== 'navigate' || pathname === '/') return;
  history.replaceState(null, '', parentOf(pathname));
  history.pushState(null, '', pathname + search + hash);
}

/**
 * After a link was followed: to the top of the new screen, and the keyboard with it. On the way back: to the place where it was
 * left, as soon as the screen is long enough, unless somebody has begun to move in it.
 */
export function useArrival(path: string, main: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const leave = () => sessionStorage.setItem('places', JSON.stringify(Object.fromEntries(places)));
    addEventListener('pagehide', leave);
    return () => removeEventListener('pagehide', leave);
  }, []);
  useLayoutEffect(() => { // at once: a shorter screen scrolls, which is not for the longer one to remember
    const place = isBack ? places.get(path) ?? 0 : 0;
    if (!isBack) main.current?.focus({ preventScroll: true });
    isBack = false;
    const stop = location.hash ? () => undefined : scrollToPlace(place, main.current);
    const remember = () => places.set(path, scrollY);
    addEventListener('scroll', remember, { passive: true });
    addEventListener('click', remember, { capture: true }); // whoever follows a link at once is faster than the event of scrolling
    return () => {
      stop();
      removeEventListener('scroll', remember);
      removeEventListener('click', remember, { capture: true });
    };
  }, [path, main]);
}

function scrollToPlace(place: number, main: HTMLElement | null) {
  scrollTo(0, place);
  if (scrollY >= place || !main) return () => undefined;
  const growth = new ResizeObserver(() => {
    scrollTo(0, place);
    if (scrollY >= place) growth.disconnect();
  });
  growth.observe(main);
  const stop = () => {
    growth.disconnect();
    for (const act of acts) removeEventListener(act, stop);
  };
  for (const act of acts) addEventListener(act, stop, { passive: true });
  return stop;
}
