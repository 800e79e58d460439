import { Link } from 'wouter';
import { type FragmentType, getFragmentData, graphql } from '../generated';

const SpaceNameFragment = graphql(`
  fragment SpaceName on Space {
    id
    name
    slug
    emoji
  }
`);

/** The name of a space, which always leads there. */
export function SpaceName({ of }: { of: FragmentType<typeof SpaceNameFragment> }) {
  const { name, slug, emoji } = getFragmentData(SpaceNameFragment, of);
  return <Link className="space-name" href={`/c/${slug}`}>{emoji && <span aria-hidden="true">{emoji} </span>}{name}</Link>;
}
