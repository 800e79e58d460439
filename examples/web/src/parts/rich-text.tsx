import type { MouseEvent } from 'react';
import { useLocation } from 'wouter';
import { pathOf } from './addresses';

/**
 * A text as its author wrote it. The server promises HTML without scripts, styles and addresses other than http, https and
 * mailto, so it may be put into the page as it is. Mentions become links to the member; links to the community's own pages open
 * here.
 */
export function RichText({ html }: { html: string }) {
  const [, go] = useLocation();
  const follow = (event: MouseEvent) => {
    const link = (event.target as Element).closest('a');
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const path = link.classList.contains('mention') ? link.getAttribute('href') : pathOf(link.href);
    if (!path) return;
    event.preventDefault();
    go(path);
  };
  // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- the links in it do
  return <div className="rich-text" onClick={follow} dangerouslySetInnerHTML={{ __html: linkMentions(html) }} />;
}

function linkMentions(html: string) {
  return html.replace(/<span class="mention" data-member-id="(\d+)"[^>]*>(.*?)<\/span>/g, '<a class="mention" href="/members/$1">$2</a>');
}
