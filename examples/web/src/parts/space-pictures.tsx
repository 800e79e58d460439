import { Camera, Heart, MessageCircle } from 'lucide-react';
import { Link } from 'wouter';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Letters } from './letters';
import { More } from './more';
import { Empty, Failed, Skeleton } from './states';

const PictureTileFragment = graphql(`
  fragment PictureTile on ImagePost {
    id
    slug
    title
    likesCount
    commentsCount
    space {
      id
      slug
    }
    gallery {
      images {
        id
        url
      }
    }
  }
`);

const SpacePicturesQuery = graphql(`
  query SpacePictures($id: ID!, $after: String) {
    space(by: { id: $id }) {
      id
      posts(first: 18, after: $after, orderBy: LATEST, filter: { topicIds: null }) {
        edges {
          cursor
          node {
            id
            ...PictureTile
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

/** The picture posts of a space, by their first pictures. */
export function SpacePictures({ id }: { id: string }) {
  const { data, error, refetch, more } = useScreen(SpacePicturesQuery, { variables: { id } });
  const posts = data?.space?.posts;
  if (error) return <Failed error={error} retry={refetch} />;
  if (!posts) return <Skeleton of="card" />;
  return (
    <>
      <Letters on={id} />
      {posts.edges.length === 0 && <Empty icon={Camera} title="No pictures yet">They will show here.</Empty>}
      <ul className="picture-grid">{posts.edges.map(({ node }) => node.__typename === 'ImagePost' && <li key={node.id}><Tile of={node} /></li>)}</ul>
      {posts.pageInfo.hasNextPage && <More load={() => more({ after: posts.pageInfo.endCursor })} />}
    </>
  );
}

function Tile({ of }: { of: FragmentType<typeof PictureTileFragment> }) {
  const { slug, title, likesCount, commentsCount, space, gallery: { images } } = getFragmentData(PictureTileFragment, of);
  return (
    <Link href={space ? `/c/${space.slug}/${slug}` : '/'}>
      {images[0]?.url && <img src={images[0].url} alt="" loading="lazy" />}
      {images.length > 1 && <b className="many">{images.length}<span className="unseen"> pictures</span></b>}
      <span className="tile-words">
        <b>{title}</b>
        <span className="meta"><Heart aria-hidden="true" />{likesCount}<span className="unseen"> likes</span> <MessageCircle aria-hidden="true" />{commentsCount}<span className="unseen"> comments</span></span>
      </span>
    </Link>
  );
}
