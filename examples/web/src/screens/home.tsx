import { useQuery } from '@apollo/client/react';
import { RefreshCw } from 'lucide-react';
import { graphql } from '../generated';
import { PostList } from '../parts/post-list';
import { Screen } from '../parts/screen';
import { Failed, Skeleton } from '../parts/states';

const Home = graphql(`
  query Home($after: String) {
    homeFeed(first: 10, after: $after) {
      ...PostList
    }
  }
`);

export function HomeScreen() {
  const { data, error, refetch, fetchMore } = useQuery(Home);
  const refresh = (
    <button type="button" className="icon-button" aria-label="Look for new posts" onClick={() => void refetch()}><RefreshCw aria-hidden="true" /></button>
  );
  return (
    <Screen title="Home" action={refresh}>
      {error ? <Failed error={error} retry={refetch} /> : !data ? <Skeleton of="card" /> : (
        <PostList of={data.homeFeed} more={(after) => fetchMore({ variables: { after } })} />
      )}
    </Screen>
  );
}
