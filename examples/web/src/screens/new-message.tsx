import { Check, Search } from 'lucide-react';
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useAction } from '../api/action';
import { useScreen } from '../api/screen';
import { viewerId } from '../api/session';
import { graphql } from '../generated';
import { Avatar } from '../parts/avatar';
import { Screen } from '../parts/screen';
import { useSettled } from '../parts/settled';
import { Failed, Skeleton } from '../parts/states';

const MembersToWrite = graphql(`
  query MembersToWrite($text: String) {
    members(first: 30, filter: { text: $text }) { edges { cursor node { id name avatarUrl headline } } }
  }
`);

const OpenRoom = graphql(`
  mutation OpenRoom($members: [ID!]!, $key: String!) {
    result: createChatRoom(input: { memberIds: $members, idempotencyKey: $key }) { chatRoom { id circleId } userErrors { message } }
  }
`);

/** Chooses whom to write to: one member, or several for a group. */
export default function NewMessageScreen() {
  const [text, setText] = useState('');
  const wanted = useSettled(text.trim());
  const [chosen, setChosen] = useState<{ id: string; name: string }[]>([]);
  const { data, error, refetch } = useScreen(MembersToWrite, { variables: { text: wanted || null } });
  const [openRoom, isBusy] = useAction(OpenRoom);
  const [, go] = useLocation();
  const key = useRef(crypto.randomUUID());
  const begin = async () => {
    const result = await openRoom({ variables: { members: chosen.map(({ id }) => id), key: key.current } });
    if (result?.chatRoom) go(`/messages/${result.chatRoom.circleId}`, { replace: true });
  };
  const toggle = (id: string, name: string) => {
    key.current = crypto.randomUUID(); // it is another room now
    setChosen(chosen.some((one) => one.id === id) ? chosen.filter((one) => one.id !== id) : [...chosen, { id, name }]);
  };
  return (
    <Screen
      title="New message" canGoBack
      action={<button type="button" className="button" disabled={chosen.length === 0 || isBusy} onClick={() => void begin()}>{chosen.length > 1 ? 'Start a group' : 'Write'}</button>}
    >
      <label className="search-field">
        <Search aria-hidden="true" /><span className="unseen">Find a member</span>
        <input type="search" placeholder="Find a member…" value={text} onChange={({ target }) => setText(target.value)} />
      </label>
      {chosen.length > 0 && <p className="meta note" role="status">To {chosen.map(({ name }) => name).join(', ')}</p>}
      {error ? <Failed error={error} retry={refetch} /> : !data ? <Skeleton of="row" count={8} /> : (
        <ul className="card people">
          {data.members.edges.filter(({ node }) => node.id !== viewerId()).map(({ node: { id, name, avatarUrl, headline } }) => {
            const isChosen = chosen.some((one) => one.id === id);
            return (
              <li key={id}>
                <button type="button" className="person" aria-pressed={isChosen} onClick={() => toggle(id, name)}>
                  <Avatar name={name} url={avatarUrl} /><span><b>{name}</b>{headline && <span className="meta">{headline}</span>}</span>{isChosen && <Check aria-hidden="true" />}
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </Screen>
  );
}
