import { Bookmark, Flag, MessageSquareReply, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { useAction } from '../api/action';
import { forget } from '../api/cache';
import { viewerId } from '../api/session';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import type { AddReactionMutation, ChatEmoji } from '../generated/graphql';
import { say } from './announcements';
import { Attachments } from './attachments';
import { Avatar } from './avatar';
import { Menu, MenuItem } from './menu';
import { Report } from './report';
import { RichText } from './rich-text';
import { Clock } from './time';
import { Write } from './write';

export const MessageFragment = graphql(`
  fragment Message on ChatMessage {
    id
    circleId
    sentAt
    editedAt
    body {
      html
      ...Attachments
    }
    sender {
      id
      circleId
      name
      avatarUrl
    }
    ...MessageReactions
  }
`);

const MessageReactionsFragment = graphql(`
  fragment MessageReactions on ChatMessage {
    id
    reactions {
      emoji
      shortcode
      count
      viewerReacted
    }
  }
`);

const AddReaction = graphql(`
  mutation AddReaction($id: ID!, $emoji: ChatEmoji!) {
    result: addReaction(input: { messageId: $id, emoji: $emoji }) {
      chatMessage { id ...MessageReactions }
      userErrors { message }
    }
  }
`);
const RemoveReaction = graphql(`
  mutation RemoveReaction($id: ID!, $emoji: ChatEmoji!) {
    result: removeReaction(input: { messageId: $id, emoji: $emoji }) {
      chatMessage { id ...MessageReactions }
      userErrors { message }
    }
  }
`);
const UpdateMessage = graphql(`
  mutation UpdateMessage($id: ID!, $html: String!) {
    result: updateChatMessage(input: { messageId: $id, body: { html: $html } }) {
      chatMessage { id editedAt body { html } }
      userErrors { message }
    }
  }
`);
const DeleteMessage = graphql(`
  mutation DeleteMessage($id: ID!) {
    result: deleteChatMessage(input: { messageId: $id }) { deletedChatMessageId userErrors { message } }
  }
`);
const BookmarkMessage = graphql(`
  mutation BookmarkMessage($id: ID!, $key: String!) {
    result: createBookmark(input: { subjectId: $id, idempotencyKey: $key }) { bookmark { id } userErrors { message } }
  }
`);

const emojis: [ChatEmoji, string, string][] = [
  ['THUMBSUP', '👍', 'Thumbs up'], ['HEART', '❤️', 'Heart'], ['JOY', '😂', 'Laughing'], ['OPEN_MOUTH', '😮', 'Surprised'],
  ['CRY', '😢', 'Crying'], ['PRAY', '🙏', 'Thank you'], ['TADA', '🎉', 'Party'],
];

type Props = {
  of: FragmentType<typeof MessageFragment>;
  /** Whether the one before is by the same member. */
  goesOn?: boolean;
  /** Where its thread is; undefined in the thread itself. */
  thread?: string;
  repliesCount?: number;
  isMarked?: boolean;
};

/** A message, or a reply to one. */
export function Message({ of, goesOn = false, thread, repliesCount = 0, isMarked = false }: Props) {
  const message = getFragmentData(MessageFragment, of);
  const { __typename, id, sender } = message;
  const { reactions } = getFragmentData(MessageReactionsFragment, message);
  const [add] = useAction(AddReaction);
  const [take] = useAction(RemoveReaction);
  const [change] = useAction(UpdateMessage);
  const [remove] = useAction(DeleteMessage);
  const [bookmark] = useAction(BookmarkMessage);
  const [isEditing, setEditing] = useState(false);
  const [isReporting, setReporting] = useState(false);
  const isMine = sender?.id === viewerId();
  const name = sender?.name ?? 'A former member';

  const react = (emoji: ChatEmoji) => {
    const given = reactions.find((reaction) => reaction.emoji === emoji);
    const others = reactions.filter((reaction) => reaction.emoji !== emoji);
    const by = given?.viewerReacted ? -1 : 1;
    const now = { __typename: 'ChatReaction' as const, emoji, shortcode: given?.shortcode ?? emoji.toLowerCase(), count: (given?.count ?? 0) + by, viewerReacted: by > 0 };
    const result = { userErrors: [], chatMessage: { __typename: 'ChatMessage', id, reactions: now.count > 0 ? [...others, now] : others } };
    const hope = { __typename: 'Mutation', result: { __typename: by > 0 ? 'AddReactionPayload' : 'RemoveReactionPayload', ...result } };
    return (by > 0 ? add : (take as unknown as typeof add))({ variables: { id, emoji }, optimisticResponse: hope as AddReactionMutation });
  };

  return (
    <article className="message" data-is-mine={isMine} data-goes-on={goesOn} data-is-marked={isMarked} id={`message-${message.circleId}`} aria-label={`${isMine ? 'You' : name}, ${message.sentAt ? new Date(message.sentAt).toLocaleTimeString() : ''}`}>
      {!isMine && (goesOn || !sender ? <span className="no-avatar" /> : <Link href={`/members/${sender.circleId}`}><Avatar name={name} url={sender.avatarUrl} /><span className="unseen">{name}</span></Link>)}
      <div className="bubble">
        {!goesOn && !isMine && <b className="message-name">{name}</b>}
        {isEditing ? (
          <Write
            draft={`edit ${id}`} label="Change your message" button="Save" isChat isFirst begin={message.body.html}
            send={async ({ html }) => { if (!(await change({ variables: { id, html } }))) return false; setEditing(false); return true; }}
          />
        ) : <RichText html={message.body.html} />}
        <Attachments of={message.body} />
        <span className="message-foot meta">{message.editedAt && 'edited · '}{message.sentAt && <Clock at={message.sentAt} />}</span>
      </div>
      <div className="message-tools">
        <Menu label={`More about the message of ${isMine ? 'yours' : name}`}>
          <div className="emojis" role="group" aria-label="React">
            {emojis.map(([emoji, sign, label]) => (
              <button key={emoji} type="button" aria-label={label} aria-pressed={reactions.some((one) => one.emoji === emoji && one.viewerReacted)} onClick={() => void react(emoji)}>{sign}</button>
            ))}
          </div>
          {thread && <Link href={thread}><MessageSquareReply aria-hidden="true" />Reply in a thread</Link>}
          <MenuItem icon={Bookmark} run={async () => { if (await bookmark({ variables: { id, key: crypto.randomUUID() } })) say('Bookmarked'); }}>Bookmark</MenuItem>
          {isMine && <MenuItem icon={Pencil} run={() => setEditing(true)}>Edit</MenuItem>}
          {isMine && <MenuItem icon={Trash2} run={async () => { if (confirm('Delete this message?') && (await remove({ variables: { id } }))) forget({ __typename, id }); }}>Delete</MenuItem>}
          {!isMine && <MenuItem icon={Flag} run={() => setReporting(true)}>Report</MenuItem>}
        </Menu>
      </div>
      {(reactions.length > 0 || repliesCount > 0) && (
        <div className="message-more">
          {reactions.map(({ emoji, shortcode, count, viewerReacted }) => {
            const [, sign, label] = emojis.find(([known]) => known === emoji) ?? ['UNKNOWN', '✨', shortcode];
            return (
              <button key={shortcode} type="button" className="emoji" aria-pressed={viewerReacted} aria-label={`${label}, ${count}`} disabled={emoji === 'UNKNOWN'} onClick={() => void react(emoji)}>
                {sign} {count}
              </button>
            );
          })}
          {thread && repliesCount > 0 && <Link className="emoji" href={thread}><MessageSquareReply aria-hidden="true" />{repliesCount === 1 ? '1 reply' : `${repliesCount} replies`}</Link>}
        </div>
      )}
      {isReporting && <Report id={id} what="message" close={() => setReporting(false)} />}
    </article>
  );
}
