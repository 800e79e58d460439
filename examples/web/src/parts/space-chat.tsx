import { useScreen } from '../api/screen';
import { graphql } from '../generated';
import { Room } from './room';
import { Failed, Skeleton } from './states';

const SpaceChatQuery = graphql(`
  query SpaceChat($id: ID!) {
    space(by: { id: $id }) {
      id
      chatRoom { id circleId }
    }
  }
`);

/** A space that is a room. */
export function SpaceChat({ id, isJoined }: { id: string; isJoined: boolean }) {
  const { data, error, refetch } = useScreen(SpaceChatQuery, { variables: { id } });
  if (error) return <Failed error={error} retry={refetch} />;
  if (!data?.space?.chatRoom) return <Skeleton of="row" count={6} />;
  return <Room uuid={data.space.chatRoom.circleId} canWrite={isJoined} />;
}
