import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Sheet } from './sheet';

const PicturesFragment = graphql(`
  fragment Pictures on ImagePost {
    id
    title
    gallery {
      images {
        id
        url
        originalUrl
        width
        height
      }
    }
  }
`);

/** The pictures of a post: one large, several side by side, the rest by number. Each opens large. */
export function Pictures({ of }: { of: FragmentType<typeof PicturesFragment> }) {
  const { gallery: { images }, title } = getFragmentData(PicturesFragment, of);
  const [shown, setShown] = useState<number>();
  const rest = images.length - 3;
  return (
    <>
      <ul className="pictures" data-count={Math.min(images.length, 3)}>
        {images.slice(0, 3).map((image, i) => (
          <li key={image.id}>
            <button type="button" onClick={() => setShown(i)}>
              <Picture url={image.url ?? ''} alt={`${title}, picture ${i + 1} of ${images.length}`} />
              {i === 2 && rest > 0 && <b>+{rest}<span className="unseen"> more pictures</span></b>}
            </button>
          </li>
        ))}
      </ul>
      {shown !== undefined && <Lightbox title={title} urls={images.map(({ originalUrl, url }) => originalUrl ?? url ?? '')} first={shown} close={() => setShown(undefined)} />}
    </>
  );
}

/** Pictures one by one, as large as the window. The arrow keys and a swipe lead on. */
export function Lightbox({ title, urls, first, close }: { title: string; urls: string[]; first: number; close: () => void }) {
  const [i, setI] = useState(first);
  const [start, setStart] = useState(0);
  const go = (by: number) => setI((i + by + urls.length) % urls.length);
  const onKey = useEffectEvent(({ key }: KeyboardEvent) => {
    if (key === 'ArrowLeft') go(-1);
    if (key === 'ArrowRight') go(1);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, []);
  return (
    <Sheet title={title} className="lightbox" close={close}>
      <div
        className="lightbox-picture"
        onTouchStart={({ touches }) => setStart(touches[0]!.clientX)}
        onTouchEnd={({ changedTouches }) => { const by = changedTouches[0]!.clientX - start; if (Math.abs(by) > 50) go(by < 0 ? 1 : -1); }}
      >
        <Picture key={urls[i]} url={urls[i] ?? ''} alt={`${title}, picture ${i + 1} of ${urls.length}`} />
      </div>
      {urls.length > 1 && (
        <footer>
          <button type="button" className="icon-button" aria-label="Picture before" onClick={() => go(-1)}><ChevronLeft aria-hidden="true" /></button>
          <span role="status">{i + 1} of {urls.length}</span>
          <button type="button" className="icon-button" aria-label="Next picture" onClick={() => go(1)}><ChevronRight aria-hidden="true" /></button>
        </footer>
      )}
    </Sheet>
  );
}

function Picture({ url, alt }: { url: string; alt: string }) {
  const [isBroken, setBroken] = useState(false);
  return isBroken ? <span role="img" aria-label={alt} /> : <img src={url} alt={alt} loading="lazy" onError={() => setBroken(true)} />;
}
