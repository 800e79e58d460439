import { useScreen } from '../api/screen';
import { graphql } from '../generated';
import { Screen } from '../parts/screen';
import { SpaceMembers } from '../parts/space-members';
import { Failed, Skeleton } from '../parts/states';

const SpaceOfMembers = graphql(`
  query SpaceOfMembers($slug: String!) {
    space(by: { slug: $slug }) { id name }
  }
`);

/** Who is in a space. */
export default function SpaceMembersScreen({ slug }: { slug: string }) {
  const { data, error, refetch } = useScreen(SpaceOfMembers, { variables: { slug } });
  return (
    <Screen title={data?.space ? `Members of ${data.space.name}` : 'Members'} canGoBack>
      {error ? <Failed error={error} retry={refetch} /> : data?.space ? <SpaceMembers id={data.space.id} /> : <Skeleton of="row" count={8} />}
    </Screen>
  );
}
