import { Search, Users } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Avatar } from './avatar';
import { More } from './more';
import { Empty, Failed, Skeleton } from './states';
import { useSettled } from './settled';

const MemberRowFragment = graphql(`
  fragment MemberRow on Member {
    id
    circleId
    name
    headline
    avatarUrl
  }
`);

const SpaceMembersQuery = graphql(`
  query SpaceMembers($id: ID!, $text: String, $after: String) {
    space(by: { id: $id }) {
      id
      members(first: 30, after: $after, filter: { text: $text }) {
        edges {
          cursor
          node {
            id
            ...MemberRow
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

/** The members of a space, all or those with a name. */
export function SpaceMembers({ id }: { id: string }) {
  const [text, setText] = useState('');
  const wanted = useSettled(text.trim());
  const { data, error, refetch, more } = useScreen(SpaceMembersQuery, { variables: { id, text: wanted || null } });
  const members = data?.space?.members;
  return (
    <>
      <label className="search-field">
        <Search aria-hidden="true" /><span className="unseen">Find a member</span>
        <input type="search" placeholder="Find a member…" value={text} onChange={({ target }) => setText(target.value)} />
      </label>
      {error ? <Failed error={error} retry={refetch} /> : !members ? <Skeleton of="row" count={8} /> : members.edges.length === 0 ? (
        <Empty icon={Users} title="Nobody by that name">Try a part of the name.</Empty>
      ) : (
        <>
          <ul className="card people">{members.edges.map(({ node }) => <li key={node.id}><MemberRow of={node} /></li>)}</ul>
          {members.pageInfo.hasNextPage && <More load={() => more({ after: members.pageInfo.endCursor })} />}
        </>
      )}
    </>
  );
}

/** A member in a list. */
export function MemberRow({ of }: { of: FragmentType<typeof MemberRowFragment> }) {
  const { circleId, name, headline, avatarUrl } = getFragmentData(MemberRowFragment, of);
  return (
    <Link className="person" href={`/members/${circleId}`}>
      <Avatar name={name} url={avatarUrl} /><span><b>{name}</b>{headline && <span className="meta">{headline}</span>}</span>
    </Link>
  );
}
