import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from 'react';
import { useAction } from '../api/action';
import { graphql } from '../generated';
import { say } from './announcements';

// Both payloads bring the list with what is new in it, so that nothing has to be put into the cache by hand.
const CreateComment = graphql(`
  mutation CreateComment($id: ID!, $text: String!, $key: String!) {
    result: createComment(input: { postId: $id, body: { text: $text }, idempotencyKey: $key }) {
      post { id commentsCount comments(first: 20, orderBy: LATEST) { ...Comments } }
      userErrors { message }
    }
  }
`);
const CreateReply = graphql(`
  mutation CreateReply($id: ID!, $text: String!, $key: String!) {
    result: createReply(input: { commentId: $id, body: { text: $text }, idempotencyKey: $key }) {
      parent { id repliesCount replies(first: 100) { edges { node { id ...Comment } } } }
      userErrors { message }
    }
  }
`);

/** Comments on a post. */
export function CommentForm({ on }: { on: string }) {
  const [create, isBusy] = useAction(CreateComment);
  return <Form label="Write a comment" isBusy={isBusy} send={(text, key) => create({ variables: { id: on, text, key } })} />;
}

/** Replies to a comment. */
export function ReplyForm({ to, done }: { to: string; done: () => void }) {
  const [create, isBusy] = useAction(CreateReply);
  const send = async (text: string, key: string) => {
    const reply = await create({ variables: { id: to, text, key } });
    if (reply) done();
    return reply;
  };
  return <Form label="Write a reply" isBusy={isBusy} send={send} isFirst />;
}

type FormProps = { label: string; isBusy: boolean; send: (text: string, key: string) => Promise<unknown>; isFirst?: boolean };

function Form({ label, isBusy, send, isFirst = false }: FormProps) {
  const id = useId();
  const [text, setText] = useState('');
  // The key stays until the text has arrived: sent twice, for example after a broken connection, it is still one comment.
  const key = useRef(crypto.randomUUID());

  const submit = async (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (!text.trim() || isBusy || !(await send(text, key.current))) return;
    key.current = crypto.randomUUID();
    setText('');
    say('Your words are there.');
  };
  return (
    <form className="comment-form" onSubmit={(event) => void submit(event)}>
      <label className="unseen" htmlFor={id}>{label}</label>
      <textarea
        id={id}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- whoever opens a reply is about to write it
        autoFocus={isFirst}
        rows={1}
        placeholder={`${label}…`}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={(event) => { if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void submit(event); }}
      />
      <button type="submit" className="button" disabled={isBusy || !text.trim()}>{isBusy ? 'Sending…' : 'Send'}</button>
    </form>
  );
}
