import { Link } from 'wouter';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Avatar } from './avatar';

const AuthorFragment = graphql(`
  fragment Author on Member {
    id
    circleId
    name
    avatarUrl
    headline
  }
`);

/** Who wrote something, and beneath the name what `children` say of it. */
export function Author({ of, children }: { of: FragmentType<typeof AuthorFragment> | null | undefined; children: React.ReactNode }) {
  const member = getFragmentData(AuthorFragment, of);
  const name = member?.name ?? 'A former member';
  return (
    <div className="author">
      <Avatar name={name} url={member?.avatarUrl} />
      <div>
        {member ? <Link className="name" href={`/members/${member.circleId}`} title={member.headline ?? undefined}>{name}</Link> : <span className="name">{name}</span>}
        <div className="meta">{children}</div>
      </div>
    </div>
  );
}
