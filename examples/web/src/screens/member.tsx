import { MessageCircle } from 'lucide-react';
import { useRef } from 'react';
import { useLocation } from 'wouter';
import { useAction } from '../api/action';
import { useScreen } from '../api/screen';
import { graphql } from '../generated';
import { Profile } from '../parts/profile';
import { Screen } from '../parts/screen';
import { Failed, Skeleton } from '../parts/states';

const MemberQuery = graphql(`
  query Member($circleId: ID!, $after: String) {
    member(by: { circleId: $circleId }) { id viewerCanSendMessage ...Profile }
  }
`);

const WriteTo = graphql(`
  mutation WriteTo($member: ID!, $key: String!) {
    result: createChatRoom(input: { memberIds: [$member], idempotencyKey: $key }) { chatRoom { id circleId } userErrors { message } }
  }
`);

/** Another member. */
export default function MemberScreen({ circleId }: { circleId: string }) {
  const { data, error, refetch, more } = useScreen(MemberQuery, { variables: { circleId } });
  const [openRoom, isBusy] = useAction(WriteTo);
  const [, go] = useLocation();
  const key = useRef(crypto.randomUUID());
  const member = data?.member;
  const write = async () => {
    const result = await openRoom({ variables: { member: member!.id, key: key.current } });
    if (result?.chatRoom) go(`/messages/${result.chatRoom.circleId}`);
  };
  return (
    <Screen title="Member" canGoBack>
      {error ? <Failed error={error} retry={refetch} /> : !member ? <Skeleton of="profile" count={1} /> : (
        <Profile of={member} more={(after) => more({ after })}>
          {member.viewerCanSendMessage
            ? <button type="button" className="button" disabled={isBusy} onClick={() => void write()}><MessageCircle aria-hidden="true" />{isBusy ? 'Opening…' : 'Message'}</button>
            : <p className="meta">Takes no messages</p>}
        </Profile>
      )}
    </Screen>
  );
}
