import { Bookmark as BookmarkIcon, X } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { useAction } from '../api/action';
import { forget } from '../api/cache';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import type { BookmarkType } from '../generated/graphql';
import { pathOf } from '../parts/addresses';
import { Avatar } from '../parts/avatar';
import { Choice } from '../parts/choice';
import { More } from '../parts/more';
import { Screen } from '../parts/screen';
import { Empty, Failed, Skeleton } from '../parts/states';
import { Ago } from '../parts/time';

const BookmarkFragment = graphql(`
  fragment Bookmark on Bookmark {
    id
    type
    createdAt
    title
    excerpt
    url
    isDeleted
    author {
      id
      name
      avatarUrl
    }
    space {
      id
      name
    }
  }
`);

const Bookmarks = graphql(`
  query Bookmarks($type: BookmarkType, $after: String) {
    viewer {
      id
      bookmarks(first: 20, type: $type, after: $after) {
        edges { cursor node { id ...Bookmark } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

const RemoveBookmark = graphql(`
  mutation RemoveBookmark($id: ID!) {
    result: deleteBookmark(input: { bookmarkId: $id }) { deletedBookmarkId userErrors { message } }
  }
`);

type Kind = 'ALL' | Exclude<BookmarkType, 'UNKNOWN'>;

/** What the member has put aside. */
export default function BookmarksScreen() {
  const [kind, setKind] = useState<Kind>('ALL');
  const { data, error, refetch, more } = useScreen(Bookmarks, { variables: { type: kind === 'ALL' ? null : kind }, fetchPolicy: 'cache-and-network' });
  const list = data?.viewer?.bookmarks;
  return (
    <Screen title="Bookmarks" canGoBack refresh={refetch}>
      <Choice label="Which" of={[['ALL', 'All'], ['POST', 'Posts'], ['COMMENT', 'Comments'], ['MESSAGE', 'Messages']]} value={kind} choose={setKind} />
      {error ? <Failed error={error} retry={refetch} /> : !list ? <Skeleton of="row" count={6} /> : list.edges.length === 0 ? (
        <Empty icon={BookmarkIcon} title="Nothing put aside">Bookmark a post, and it will wait here.</Empty>
      ) : (
        <>
          <ul className="card notifications">{list.edges.map(({ node }) => <li key={node.id}><Bookmark of={node} /></li>)}</ul>
          {list.pageInfo.hasNextPage && <More load={() => more({ after: list.pageInfo.endCursor })} />}
        </>
      )}
    </Screen>
  );
}

function Bookmark({ of }: { of: FragmentType<typeof BookmarkFragment> }) {
  const { __typename, id, createdAt, title, excerpt, url, isDeleted, author, space } = getFragmentData(BookmarkFragment, of);
  const [remove] = useAction(RemoveBookmark);
  const path = url && !isDeleted ? pathOf(url) : null;
  const words = (
    <>
      <b>{title ?? excerpt ?? 'A message'}</b>
      {title && excerpt && <span className="one-line">{excerpt}</span>}
      <span className="meta">{isDeleted ? 'Deleted since' : author?.name}{space && ` in ${space.name}`} · <Ago at={createdAt ?? null} /></span>
    </>
  );
  return (
    <div className="notification">
      <Avatar name={author?.name ?? 'A former member'} url={author?.avatarUrl} />
      {path ? <Link className="notification-words" href={path}>{words}</Link> : <span className="notification-words">{words}</span>}
      <button type="button" className="icon-button" aria-label="Remove bookmark" onClick={async () => { if (await remove({ variables: { id } })) forget({ __typename, id }); }}><X aria-hidden="true" /></button>
    </div>
  );
}
