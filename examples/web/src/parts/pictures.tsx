import { useState } from 'react';
import { type FragmentType, getFragmentData, graphql } from '../generated';

const PicturesFragment = graphql(`
  fragment Pictures on ImagePost {
    id
    title
    gallery {
      images {
        id
        url
        width
        height
      }
    }
  }
`);

/** The pictures of a post: one large, several side by side. */
export function Pictures({ of }: { of: FragmentType<typeof PicturesFragment> }) {
  const { gallery, title } = getFragmentData(PicturesFragment, of);
  return (
    <ul className="pictures" data-count={Math.min(gallery.images.length, 3)}>
      {gallery.images.slice(0, 3).map((image, i) => (
        <li key={image.id}><Picture url={image.url} alt={`${title}, picture ${i + 1} of ${gallery.images.length}`} /></li>
      ))}
    </ul>
  );
}

function Picture({ url, alt }: { url: string; alt: string }) {
  const [isBroken, setBroken] = useState(false);
  return isBroken ? <span role="img" aria-label={alt} /> : <img src={url} alt={alt} loading="lazy" onError={() => setBroken(true)} />;
}
