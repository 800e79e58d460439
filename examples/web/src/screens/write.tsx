import { PenLine } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { post } from '../api/outbox';
import { useScreen } from '../api/screen';
import { graphql } from '../generated';
import { Screen } from '../parts/screen';
import { Empty, Failed, Skeleton } from '../parts/states';
import { Write } from '../parts/write';

const WhereToWrite = graphql(`
  query WhereToWrite($slug: String!) {
    space(by: { slug: $slug }) { id name slug type viewerCanCreatePost topics { id name isAdminOnly } requiresTopic }
  }
`);

// Both payloads bring the list of the space with what is new in it.
const CreatePost = graphql(`
  mutation CreatePost($space: ID!, $title: String, $html: String!, $attachments: [String!], $topics: [ID!], $key: String!) {
    result: createPost(input: { spaceId: $space, title: $title, body: { html: $html }, attachments: $attachments, topicIds: $topics, idempotencyKey: $key }) {
      post { id space { id posts(first: 10, orderBy: LATEST, filter: { topicIds: null }) { ...PostList } } }
      userErrors { message }
    }
  }
`);
const CreateImagePost = graphql(`
  mutation CreateImagePost($space: ID!, $html: String!, $images: [GalleryImageInput!]!, $key: String!) {
    result: createImagePost(input: { spaceId: $space, body: { html: $html }, images: $images, idempotencyKey: $key }) {
      post {
        id
        space {
          id
          posts(first: 18, orderBy: LATEST, filter: { topicIds: null }) { edges { cursor node { id ...PictureTile } } pageInfo { hasNextPage endCursor } }
        }
      }
      userErrors { message }
    }
  }
`);

/** A new post, or new pictures, in a space. */
export default function WriteScreen({ slug }: { slug: string }) {
  const { data, error, refetch } = useScreen(WhereToWrite, { variables: { slug } });
  const [, go] = useLocation();
  const space = data?.space;
  const isOfPictures = space?.type === 'IMAGE';
  const [chosen, setTopic] = useState<string>();
  const topics = isOfPictures ? [] : space?.topics.filter(({ isAdminOnly }) => !isAdminOnly) ?? [];
  const topic = chosen ?? (space?.requiresTopic ? topics[0]?.id ?? '' : '');
  return (
    <Screen title={space ? `Write in ${space.name}` : 'Write'} canGoBack>
      {error ? <Failed error={error} retry={refetch} /> : !space ? <Skeleton of="card" count={1} /> : !space.viewerCanCreatePost ? <Empty icon={PenLine} title="You cannot write here">Join the space first. In some spaces only those who run them write.</Empty> : (
        <div className="card">
          {topics.length > 0 && (
            <label className="select">
              <span className="meta">Topic</span>
              <select value={topic} onChange={({ target }) => setTopic(target.value)}>
                {!space.requiresTopic && <option value="">None</option>}
                {topics.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
              </select>
            </label>
          )}
          <Write
            draft={`post ${space.id}`}
            label={isOfPictures ? 'What do they show' : 'Your words'}
            button="Post"
            hasTitle
            needsPictures={isOfPictures}
            isFirst
            send={({ html, title, pictures, signedIds }) => {
              const note = { on: space.id, html, title, done: 'Posted' };
              if (isOfPictures) {
                const images = pictures.flatMap(({ signedId, width, height }) => (signedId ? [{ signedId, width, height }] : []));
                post(CreateImagePost, { space: space.id, html, images }, note);
              } else post(CreatePost, { space: space.id, title: title || null, html, attachments: signedIds, topics: topic ? [topic] : null }, { ...note, draft: `post ${space.id}` });
              go(`/c/${space.slug}`, { replace: true });
              return true;
            }}
          />
        </div>
      )}
    </Screen>
  );
}
