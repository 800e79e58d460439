import { Search } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { useScreen } from '../api/screen';
import { type FragmentType, getFragmentData, graphql } from '../generated';
import type { SearchType } from '../generated/graphql';
import { pathOf } from '../parts/addresses';
import { Avatar } from '../parts/avatar';
import { Choice } from '../parts/choice';
import { More } from '../parts/more';
import { Screen } from '../parts/screen';
import { useSettled } from '../parts/settled';
import { Empty, Failed, Skeleton } from '../parts/states';
import { Ago } from '../parts/time';

const HitFragment = graphql(`
  fragment Hit on SearchHit {
    title
    titleHighlight { segments { text isMatch } }
    text
    textHighlight { segments { text isMatch } }
    url
    ... on PostHit {
      createdAt
      author { id name avatarUrl }
      space { id name }
    }
    ... on CommentHit {
      author { id name avatarUrl }
    }
    ... on LessonHit {
      sectionTitle
      space { id name }
    }
    ... on SpaceHit {
      found: space { id slug emoji }
    }
    ... on MemberHit {
      member { id circleId name avatarUrl headline }
    }
  }
`);

const Suggestions = graphql(`
  query Suggestions($text: String!) {
    quickSearch(text: $text, first: 8) { nodes { ...Hit } }
  }
`);

const Found = graphql(`
  query Found($text: String!, $type: SearchType!, $after: String) {
    search(query: $text, type: $type, first: 20, after: $after) {
      edges { cursor node { ...Hit } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

const types: [SearchType, string][] = [['GENERAL', 'All'], ['POSTS', 'Posts'], ['COMMENTS', 'Comments'], ['MEMBERS', 'Members'], ['EVENTS', 'Events'], ['LESSONS', 'Lessons'], ['SPACES', 'Spaces']];

/** Suggestions while somebody types, and all that is found after Enter. What is looked for stands in the address. */
export default function SearchScreen() {
  const [parameters] = useSearchParams();
  const asked = parameters.get('q') ?? '';
  const [text, setText] = useState(asked);
  const [, go] = useLocation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    (document.activeElement as HTMLElement).blur();
    go(text.trim() ? `/search?q=${encodeURIComponent(text.trim())}` : '/search', { replace: true });
  };
  const isTyping = text.trim() !== asked;
  return (
    <Screen title="Search">
      <form onSubmit={submit}>
        <label className="search-field">
          <Search aria-hidden="true" /><span className="unseen">Look for</span>
          {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- whoever opens the search is about to type */}
          <input type="search" autoFocus={!asked} enterKeyHint="search" placeholder="Posts, members, lessons…" value={text} onChange={({ target }) => setText(target.value)} />
        </label>
      </form>
      {isTyping && text.trim() ? <Suggested text={text.trim()} /> : asked ? <Results key={asked} text={asked} /> : <Empty icon={Search} title="What are you looking for?">Suggestions come as you type.</Empty>}
    </Screen>
  );
}

function Suggested({ text }: { text: string }) {
  const settled = useSettled(text);
  const { data, error, refetch } = useScreen(Suggestions, { variables: { text: settled } });
  if (error) return <Failed error={error} retry={refetch} />;
  if (!data) return <Skeleton of="row" count={4} />;
  return (
    <>
      <ul className="card notifications" aria-label="Suggestions">{data.quickSearch.nodes.map((hit, i) => <li key={i}><Hit of={hit} /></li>)}</ul>
      <p className="meta note">Press Enter to look everywhere.</p>
    </>
  );
}

function Results({ text }: { text: string }) {
  const [type, setType] = useState<SearchType>('GENERAL');
  const { data, error, refetch, more } = useScreen(Found, { variables: { text, type } });
  const list = data?.search;
  return (
    <>
      <Choice label="What" of={types} value={type} choose={setType} />
      {error ? <Failed error={error} retry={refetch} /> : !list ? <Skeleton of="row" count={6} /> : list.edges.length === 0 ? (
        <Empty icon={Search} title="Nothing found">Try another word, or a part of it.</Empty>
      ) : (
        <>
          <ul className="card notifications" aria-label="Results">{list.edges.map(({ cursor, node }) => <li key={cursor}><Hit of={node} /></li>)}</ul>
          {list.pageInfo.hasNextPage && <More load={() => more({ after: list.pageInfo.endCursor })} />}
        </>
      )}
    </>
  );
}

const kinds: Record<string, string> = { PostHit: 'Post', CommentHit: 'Comment', LessonHit: 'Lesson', SpaceHit: 'Space', MemberHit: 'Member', OtherHit: '' };

function Hit({ of }: { of: FragmentType<typeof HitFragment> }) {
  const hit = getFragmentData(HitFragment, of);
  const path = hit.__typename === 'MemberHit' ? `/members/${hit.member.circleId}` : hit.__typename === 'SpaceHit' ? `/c/${hit.found.slug}` : hit.url ? pathOf(hit.url) : null;
  const person = hit.__typename === 'MemberHit' ? hit.member : hit.__typename === 'PostHit' || hit.__typename === 'CommentHit' ? hit.author : undefined;
  const where = hit.__typename === 'PostHit' ? hit.space?.name : hit.__typename === 'LessonHit' ? hit.sectionTitle : undefined;
  const words = (
    <>
      {person ? <Avatar name={person.name} url={person.avatarUrl} /> : <span className="avatar sign" aria-hidden="true">{hit.__typename === 'SpaceHit' ? hit.found.emoji ?? '🌿' : '📖'}</span>}
      <span className="notification-words">
        <b><Marked of={hit.titleHighlight} text={hit.title} /></b>
        {hit.__typename === 'MemberHit' ? hit.member.headline && <span className="one-line">{hit.member.headline}</span> : hit.text && <span className="two-lines"><Marked of={hit.textHighlight} text={hit.text} /></span>}
        <span className="meta">{[kinds[hit.__typename], person && hit.__typename !== 'MemberHit' ? `by ${person.name}` : '', where].filter(Boolean).join(' · ')}{hit.__typename === 'PostHit' && hit.createdAt && <> · <Ago at={hit.createdAt} /></>}</span>
      </span>
    </>
  );
  return path ? <Link className="notification hit" href={path}>{words}</Link> : <span className="notification hit">{words}</span>;
}

function Marked({ of, text }: { of?: { segments: { text: string; isMatch: boolean }[] } | null; text: string }) {
  if (!of) return text;
  return of.segments.map((segment, i) => (segment.isMatch ? <mark key={i}>{segment.text}</mark> : <span key={i}>{segment.text}</span>));
}
