import { useQuery } from '@apollo/client/react';
import { Link2Off } from 'lucide-react';
import { Redirect, useSearchParams } from 'wouter';
import { graphql } from '../generated';
import { Screen } from '../parts/screen';
import { Empty, Failed, Skeleton } from '../parts/states';

const Open = graphql(`
  query Open($url: URL!) {
    resolveUrl(url: $url) {
      ... on Member {
        id
        circleId
      }
    }
  }
`);

/** Goes to what an address of the community's own pages shows. */
export function OpenScreen() {
  const [parameters] = useSearchParams();
  const { data, error, refetch } = useQuery(Open, { variables: { url: parameters.get('url') ?? '' } });
  if (data?.resolveUrl?.__typename === 'Member') return <Redirect to={`/members/${data.resolveUrl.circleId}`} replace />;
  return (
    <Screen title="Link" canGoBack>
      {error ? <Failed error={error} retry={refetch} /> : !data ? <Skeleton of="card" count={1} /> : (
        <Empty icon={Link2Off} title="Not in this app">It can be seen on the community’s own pages.</Empty>
      )}
    </Screen>
  );
}
