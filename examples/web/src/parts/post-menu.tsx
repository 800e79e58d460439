import { Bell, BellOff, Bookmark, BookmarkX, Flag, Share2, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useAction } from '../api/action';
import { forget, update } from '../api/cache';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { shareable } from './addresses';
import { say } from './announcements';
import { Menu, MenuItem } from './menu';
import { Report } from './report';

const PostMenuFragment = graphql(`
  fragment PostMenu on Post {
    id
    title
    viewerBookmarkId
    isFollowedByViewer
    viewerFollowerId
  }
`);

// Lists do not say what the viewer may do with a post. It is asked for when somebody opens the menu.
const PostRights = graphql(`
  query PostRights($id: ID!) {
    post(by: { id: $id }) { id viewerCanReport viewerCanDelete }
  }
`);

const BookmarkPost = graphql(`
  mutation BookmarkPost($id: ID!, $key: String!) {
    result: createBookmark(input: { subjectId: $id, idempotencyKey: $key }) {
      bookmark { id subject { id viewerBookmarkId } }
      userErrors { message }
    }
  }
`);
const ForgetBookmark = graphql(`
  mutation ForgetBookmark($id: ID!) {
    result: deleteBookmark(input: { bookmarkId: $id }) { deletedBookmarkId userErrors { message } }
  }
`);
const FollowPost = graphql(`
  mutation FollowPost($id: ID!) {
    result: followPost(input: { postId: $id }) { post { id isFollowedByViewer viewerFollowerId } userErrors { message } }
  }
`);
const UnfollowPost = graphql(`
  mutation UnfollowPost($id: ID!, $follower: ID) {
    result: unfollowPost(input: { postId: $id, followerId: $follower }) { post { id isFollowedByViewer viewerFollowerId } userErrors { message } }
  }
`);
const DeletePost = graphql(`
  mutation DeletePost($id: ID!) {
    result: deletePost(input: { postId: $id }) { deletedPostId userErrors { message } }
  }
`);

/** What else can be done with a post. */
export function PostMenu({ of, href }: { of: FragmentType<typeof PostMenuFragment>; href: string }) {
  const post = getFragmentData(PostMenuFragment, of);
  const { __typename, id, viewerBookmarkId, viewerFollowerId } = post;
  const [bookmark] = useAction(BookmarkPost);
  const [forgetBookmark] = useAction(ForgetBookmark);
  const [follow] = useAction(FollowPost);
  const [unfollow] = useAction(UnfollowPost);
  const [isReporting, setReporting] = useState(false);
  return (
    <>
      <Menu label={`More about ${post.title}`}>
        {viewerBookmarkId
          ? <MenuItem icon={BookmarkX} run={async () => { if (await forgetBookmark({ variables: { id: viewerBookmarkId } })) { update({ __typename, id }, { viewerBookmarkId: null }); say('Bookmark removed'); } }}>Remove bookmark</MenuItem>
          : <MenuItem icon={Bookmark} run={async () => { if (await bookmark({ variables: { id, key: crypto.randomUUID() } })) say('Bookmarked'); }}>Bookmark</MenuItem>}
        {post.isFollowedByViewer
          ? <MenuItem icon={BellOff} run={() => unfollow({ variables: { id, follower: viewerFollowerId } })}>Stop following</MenuItem>
          : <MenuItem icon={Bell} run={() => follow({ variables: { id } })}>Follow</MenuItem>}
        <MenuItem icon={Share2} run={() => share(post.title, shareable(href))}>Share</MenuItem>
        <Rights of={{ __typename, id }} href={href} report={() => setReporting(true)} />
      </Menu>
      {isReporting && <Report id={id} what="post" close={() => setReporting(false)} />}
    </>
  );
}

function Rights({ of, href, report }: { of: { __typename: string; id: string }; href: string; report: () => void }) {
  const { data } = useScreen(PostRights, { variables: { id: of.id } });
  const [remove] = useAction(DeletePost);
  const removeIt = async () => {
    if (!confirm('Delete this post for everybody?') || !(await remove({ variables: { id: of.id } }))) return;
    if (location.pathname === href) history.back();
    forget(of);
    say('Post deleted');
  };
  return (
    <>
      {data?.post?.viewerCanReport && <MenuItem icon={Flag} run={report}>Report</MenuItem>}
      {data?.post?.viewerCanDelete && <MenuItem icon={Trash2} run={removeIt}>Delete</MenuItem>}
    </>
  );
}

/** Hands an address to other apps, or to the clipboard. */
async function share(title: string, url: string) {
  try {
    if ('share' in navigator) await navigator.share({ title, url });
    else {
      await (navigator as Navigator).clipboard.writeText(url);
      say('Address copied');
    }
  } catch {
    // the member has thought better of it
  }
}
