import { ExternalLink, Link2Off } from 'lucide-react';
import { Redirect, useSearchParams } from 'wouter';
import { useScreen } from '../api/screen';
import { graphql } from '../generated';
import { shareable } from '../parts/addresses';
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
export default function OpenScreen() {
  const [parameters] = useSearchParams();
  const url = shareable(parameters.get('url') ?? '/');
  const { data, error, refetch } = useScreen(Open, { variables: { url } });
  if (data?.resolveUrl?.__typename === 'Member') return <Redirect to={`/members/${data.resolveUrl.circleId}`} replace />;
  return (
    <Screen title="Link" canGoBack>
      {error ? <Failed error={error} retry={refetch} /> : !data ? <Skeleton of="card" count={1} /> : (
        <>
          <Empty icon={Link2Off} title="Not in this app">It can be seen on the community’s own pages.</Empty>
          <p className="more"><a className="button" href={url} target="_blank" rel="noreferrer"><ExternalLink aria-hidden="true" />Open there</a></p>
        </>
      )}
    </Screen>
  );
}
