import { type FormEvent, useRef, useState } from 'react';
import { useAction } from '../api/action';
import { graphql } from '../generated';
import type { ReportReason } from '../generated/graphql';
import { say } from './announcements';
import { Sheet } from './sheet';

const ReportContent = graphql(`
  mutation ReportContent($id: ID!, $reason: ReportReason!, $message: String, $key: String!) {
    result: reportContent(input: { subjectId: $id, reason: $reason, message: $message, idempotencyKey: $key }) { reported userErrors { message } }
  }
`);

const reasons: [ReportReason, string][] = [
  ['HARASSMENT', 'It hurts or threatens somebody'],
  ['SPAM', 'It is advertising'],
  ['WRONG_PLACE', 'It stands in the wrong place'],
  ['AGAINST_GUIDELINES', 'It is against our guidelines'],
  ['OTHER', 'Something else'],
];

/** Tells the admins of a post, comment or message. */
export function Report({ id, what, close }: { id: string; what: 'post' | 'comment' | 'message'; close: () => void }) {
  const [reason, setReason] = useState<ReportReason>('HARASSMENT');
  const [message, setMessage] = useState('');
  const [report, isBusy] = useAction(ReportContent);
  const key = useRef(crypto.randomUUID());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await report({ variables: { id, reason, message: message.trim() || null, key: key.current } }))) return;
    say('Thank you. The admins were told.');
    close();
  };
  return (
    <Sheet title={`Report this ${what}`} close={close}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <p className="meta">Only the admins see this. Nobody is told who has reported.</p>
        <fieldset>
          <legend className="unseen">Why</legend>
          {reasons.map(([value, label]) => (
            <label key={value} className="line">
              <input type="radio" name="reason" checked={reason === value} onChange={() => setReason(value)} />{label}
            </label>
          ))}
        </fieldset>
        <label>
          A few words, if you like
          <textarea rows={3} value={message} onChange={({ target }) => setMessage(target.value)} />
        </label>
        <button type="submit" className="button" disabled={isBusy}>{isBusy ? 'Sending…' : 'Report'}</button>
      </form>
    </Sheet>
  );
}
