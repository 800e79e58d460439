import { FileText } from 'lucide-react';
import { useState } from 'react';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import { Lightbox } from './pictures';

const AttachmentsFragment = graphql(`
  fragment Attachments on RichText {
    html
    attachments {
      kind
      url
      frameUrl
      filename
      contentType
      width
      height
    }
    polls {
      sgid
      question
      options {
        text
        votesCount
      }
    }
  }
`);

/** What belongs to a text and does not stand in it: pictures and films by their address, players, files and polls. */
export function Attachments({ of }: { of: FragmentType<typeof AttachmentsFragment> }) {
  const { html, attachments, polls } = getFragmentData(AttachmentsFragment, of);
  const [shown, setShown] = useState<number>();
  const apart = attachments.filter(({ kind, frameUrl, url }) => frameUrl || (url && kind !== 'EMBED' && !html.includes(escaped(url))));
  const pictures = apart.filter(({ kind }) => kind === 'IMAGE');
  const rest = apart.filter(({ kind }) => kind !== 'IMAGE');
  if (apart.length === 0 && polls.length === 0) return null;
  return (
    <div className="attachments">
      {pictures.length > 0 && (
        <ul className="pictures" data-count={Math.min(pictures.length, 3)}>
          {pictures.map(({ url, filename }, i) => (
            <li key={url}><button type="button" onClick={() => setShown(i)}><img src={url!} alt={filename ?? `Picture ${i + 1}`} loading="lazy" /></button></li>
          ))}
        </ul>
      )}
      {rest.map(({ frameUrl, url, filename, contentType }) => (
        // oxlint-disable-next-line react/iframe-missing-sandbox -- a player on a site of its own needs both, and can do nothing to this page
        frameUrl ? <iframe key={frameUrl} src={frameUrl} title={filename ?? 'Video'} loading="lazy" allowFullScreen sandbox="allow-scripts allow-same-origin allow-presentation allow-popups" />
          // oxlint-disable-next-line jsx-a11y/media-has-caption -- what members upload has none
          : contentType?.startsWith('video/') ? <video key={url} src={url!} controls preload="metadata" />
            : <a key={url} className="file" href={url!} download={filename ?? true}><FileText aria-hidden="true" />{filename ?? 'File'}</a>
      ))}
      {polls.map(({ sgid, question, options }) => <Poll key={sgid} question={question} options={options} />)}
      {shown !== undefined && <Lightbox title="Pictures" urls={pictures.map(({ url }) => url!)} first={shown} close={() => setShown(undefined)} />}
    </div>
  );
}

const escaped = (url: string) => url.replaceAll('&', '&amp;');

type PollProps = { question?: string | null; options: { text: string; votesCount?: number | null }[] };

/** A poll as it stands. Voting is on the community's own pages. */
function Poll({ question, options }: PollProps) {
  const all = options.reduce((sum, { votesCount }) => sum + (votesCount ?? 0), 0);
  return (
    <section className="poll" aria-label={question ?? 'Poll'}>
      {question && <h3>{question}</h3>}
      <ul>
        {options.map(({ text, votesCount }) => (
          <li key={text}>
            <span>{text}</span>
            {votesCount != null && <><span className="meta">{votesCount}</span><progress aria-label={text} max={Math.max(all, 1)} value={votesCount} /></>}
          </li>
        ))}
      </ul>
      <p className="meta">{all > 0 ? `${all} votes. ` : ''}Voting is on the community’s own pages.</p>
    </section>
  );
}
