import { Mention } from '@tiptap/extension-mention';
import { type Editor, EditorContent, useEditor, useEditorState } from '@tiptap/react';
import { StarterKit } from '@tiptap/starter-kit';
import type { SuggestionKeyDownProps, SuggestionProps } from '@tiptap/suggestion';
import { Bold, Heading2, ImagePlus, Italic, Link as LinkIcon, List, ListOrdered, type LucideIcon, RotateCw, SendHorizontal, TextQuote, X } from 'lucide-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { drafts } from '../api/drafts';
import { load } from '../api/screen';
import { type Upload, useUploads } from '../api/upload';
import { graphql } from '../generated';
import type { MentionsQuery } from '../generated/graphql';
import { Avatar } from './avatar';

const Mentions = graphql(`
  query Mentions($text: String!) {
    search(query: $text, type: MENTIONS, first: 6) {
      nodes {
        ... on MemberHit {
          member {
            id
            name
            avatarUrl
          }
        }
      }
    }
  }
`);

/** What somebody has written: the text as HTML, the title of a post, and the pictures that go with it. */
export type Written = { html: string; title: string; pictures: Upload[]; signedIds: string[] };

type Props = {
  /** What the text is for: it is kept under this name until it is sent. */
  draft: string;
  label: string;
  /** Gives false if the text was not taken; then it stays. */
  send: (written: Written) => boolean | Promise<boolean>;
  button?: string;
  /** Whether Enter sends, as in a chat, on keyboards that have room for it. */
  isChat?: boolean;
  hasTitle?: boolean;
  /** Whether pictures are what it is about. */
  needsPictures?: boolean;
  isFirst?: boolean;
  /** What is to be changed. */
  begin?: string;
};

/** Writes a text with mentions and pictures. What is written is kept as a draft, and stays if it cannot be sent. */
export default function Composer({ draft, label, send, button = 'Send', isChat = false, hasTitle = false, needsPictures = false, isFirst = false, begin = '' }: Props) {
  const [kept] = useState(() => drafts.read(draft));
  const [title, setTitle] = useState(kept?.title ?? '');
  const [isBusy, setBusy] = useState(false);
  const [isOpen, setOpen] = useState(hasTitle);
  const pictures = useUploads();
  const [people, setPeople] = useState<SuggestionProps<Person> | null>(null);
  const [chosen, setChosen] = useState(0);
  const file = useRef<HTMLInputElement>(null);

  const keep = (html: string, heading: string) => drafts.keep(draft, html === '<p></p>' && !heading ? null : { html, title: heading });
  const onKey = ({ event }: SuggestionKeyDownProps) => {
    const count = people?.items.length ?? 0;
    if (count === 0 && event.key !== 'Escape') return false;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') setChosen((chosen + (event.key === 'ArrowDown' ? 1 : count - 1)) % Math.max(count, 1));
    else if (event.key === 'Escape') setPeople(null);
    else if ((event.key === 'Enter' || event.key === 'Tab') && people?.items[chosen]) people.command(people.items[chosen]);
    else return false;
    return true;
  };
  const onSend = (event: KeyboardEvent) => {
    const isWanted = isChat && !event.shiftKey && matchMedia('(pointer: fine)').matches;
    if (event.key !== 'Enter' || people?.items.length || (!isWanted && !event.metaKey && !event.ctrlKey)) return false;
    void submit();
    return true;
  };
  const latest = useRef({ onKey, onSend, title }); // the editor is made once
  useEffect(() => { latest.current = { onKey, onSend, title }; });

  const editor = useEditor({
    extensions: [
      StarterKit.configure({ heading: { levels: [2, 3] }, link: { openOnClick: false, defaultProtocol: 'https' }, trailingNode: false }),
      Mention.configure({
        renderHTML: ({ node }) => ['span', { 'class': 'mention', 'data-type': 'mention', 'data-id': node.attrs.id, 'data-label': node.attrs.label, 'data-member-id': node.attrs.id }, `@${node.attrs.label}`],
        suggestion: {
          allowSpaces: true,
          items: ({ query }) => peopleCalled(query),
          render: () => ({
            onStart: (props) => { setPeople(props); setChosen(0); },
            onUpdate: (props) => { setPeople(props); setChosen(0); },
            onKeyDown: (props) => latest.current.onKey(props),
            onExit: () => setPeople(null),
          }),
        },
      }),
    ],
    content: kept?.html ?? begin,
    autofocus: isFirst ? 'end' : false,
    editorProps: {
      attributes: { 'class': 'editor rich-text', 'role': 'textbox', 'aria-multiline': 'true', 'aria-label': label, 'data-placeholder': `${label}…` },
      handleKeyDown: (_, event) => latest.current.onSend(event),
    },
    onFocus: () => setOpen(true),
    onUpdate: ({ editor: it }) => keep(it.getHTML(), latest.current.title),
  });
  const isEmpty = useEditorState({ editor, selector: ({ editor: it }) => it.isEmpty });

  const isReady = (!isEmpty || pictures.signedIds.length > 0) && !pictures.isBusy && !isBusy && (!needsPictures || pictures.signedIds.length > 0);
  async function submit(event?: FormEvent) {
    event?.preventDefault();
    if (!isReady) return;
    setBusy(true);
    try {
      const taken = await send({ html: editor.getHTML(), title: title.trim(), pictures: pictures.uploads, signedIds: pictures.signedIds });
      if (!taken) return;
      drafts.keep(draft, null);
      editor.commands.clearContent(false);
      setTitle('');
      pictures.clear();
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={isChat ? 'composer chat' : 'composer'} data-is-open={isOpen} onSubmit={(event) => void submit(event)}>
      {hasTitle && !needsPictures && (
        <input className="title" aria-label="Title" placeholder="Title" value={title} onChange={({ target }) => { setTitle(target.value); keep(editor.getHTML(), target.value); }} />
      )}
      <div className="field" data-is-empty={isEmpty}><EditorContent editor={editor} /></div>
      {people && (people.items.length > 0 || !people.query.includes(' ')) && <People of={people} chosen={chosen} />}
      {pictures.uploads.length > 0 && (
        <ul className="uploads">
          {pictures.uploads.map((upload) => <li key={upload.preview}><Tile of={upload} retry={pictures.retry} remove={pictures.remove} /></li>)}
        </ul>
      )}
      <div className="tools">
        <input ref={file} type="file" accept="image/*" multiple hidden onChange={({ target }) => { pictures.add(target.files ?? []); target.value = ''; }} />
        <button type="button" className="icon-button" aria-label="Add pictures" onClick={() => file.current?.click()}><ImagePlus aria-hidden="true" /></button>
        {isOpen && <Format editor={editor} hasHeadings={hasTitle} />}
        <button type="submit" className={isChat ? 'icon-button send' : 'button'} aria-label={isChat ? button : undefined} disabled={!isReady}>
          {isChat ? <SendHorizontal aria-hidden="true" /> : isBusy ? 'Sending…' : button}
        </button>
      </div>
    </form>
  );
}

type Person = { id: string; label: string; avatarUrl: string | null };

async function peopleCalled(text: string): Promise<Person[]> {
  if (!text.trim()) return [];
  const { data } = await load(Mentions, { text }).catch(() => ({ data: undefined })); // then there is nobody to choose
  return data?.search.nodes.flatMap((hit: MentionsQuery['search']['nodes'][number]) =>
    (hit.__typename === 'MemberHit' ? [{ id: hit.member.id, label: hit.member.name, avatarUrl: hit.member.avatarUrl ?? null }] : [])) ?? [];
}

function People({ of: { items, query, command, clientRect }, chosen }: { of: SuggestionProps<Person>; chosen: number }) {
  const place = clientRect?.();
  const style = place ? { left: Math.min(place.left, innerWidth - 268), ...(place.bottom > innerHeight * 0.6 ? { bottom: innerHeight - place.top + 6 } : { top: place.bottom + 6 }) } : {};
  return (
    <div className="suggestions floating" style={style} role="listbox" aria-label="Members">
      {items.map((person, i) => (
        <button key={person.id} type="button" role="option" aria-selected={i === chosen} tabIndex={-1} onMouseDown={(event) => event.preventDefault()} onClick={() => command(person)}>
          <Avatar name={person.label} url={person.avatarUrl} />{person.label}
        </button>
      ))}
      {items.length === 0 && <span className="meta" role="option" aria-selected="false" tabIndex={-1}>{query ? 'Nobody is called that' : 'Type a name'}</span>}
    </div>
  );
}

function Format({ editor, hasHeadings }: { editor: Editor; hasHeadings: boolean }) {
  const on = useEditorState({
    editor,
    selector: ({ editor: it }) => ({
      bold: it.isActive('bold'), italic: it.isActive('italic'), link: it.isActive('link'), bulletList: it.isActive('bulletList'),
      orderedList: it.isActive('orderedList'), blockquote: it.isActive('blockquote'), heading: it.isActive('heading'),
    }),
  });
  const link = () => {
    const href = on.link ? null : prompt('Address of the link', 'https://');
    if (href) editor.chain().focus().extendMarkRange('link').setLink({ href }).run();
    else editor.chain().focus().unsetLink().run();
  };
  const tool = (name: keyof typeof on, label: string, Icon: LucideIcon, run: () => unknown) => (
    <button type="button" className="icon-button" aria-label={label} aria-pressed={on[name]} onMouseDown={(event) => event.preventDefault()} onClick={run}><Icon aria-hidden="true" /></button>
  );
  return (
    <div className="format" role="group" aria-label="Format">
      {tool('bold', 'Bold', Bold, () => editor.chain().focus().toggleBold().run())}
      {tool('italic', 'Italic', Italic, () => editor.chain().focus().toggleItalic().run())}
      {tool('link', 'Link', LinkIcon, link)}
      {tool('bulletList', 'List', List, () => editor.chain().focus().toggleBulletList().run())}
      {hasHeadings && tool('orderedList', 'Numbered list', ListOrdered, () => editor.chain().focus().toggleOrderedList().run())}
      {hasHeadings && tool('blockquote', 'Quote', TextQuote, () => editor.chain().focus().toggleBlockquote().run())}
      {hasHeadings && tool('heading', 'Heading', Heading2, () => editor.chain().focus().toggleHeading({ level: 2 }).run())}
    </div>
  );
}

function Tile({ of, retry, remove }: { of: Upload; retry: (upload: Upload) => void; remove: (upload: Upload) => void }) {
  const { name, preview, progress, signedId, problem } = of;
  return (
    <>
      <img src={preview} alt={name} />
      {!signedId && !problem && <progress aria-label={`Uploading ${name}`} value={progress} />}
      {problem && <button type="button" className="retry" onClick={() => retry(of)}><RotateCw aria-hidden="true" />{problem} Try again</button>}
      <button type="button" className="icon-button remove" aria-label={`Remove ${name}`} onClick={() => remove(of)}><X aria-hidden="true" /></button>
    </>
  );
}
