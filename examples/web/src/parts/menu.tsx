import { Ellipsis, type LucideIcon } from 'lucide-react';
import { useId, useRef, useState } from 'react';

/** What else can be done with something, behind three dots. It is there only while it is open; the browser's own popover closes by itself. */
export function Menu({ label, children }: { label: string; children: React.ReactNode }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const place = () => list.current?.style.setProperty('position-anchor', `--${anchor}`);
  const anchor = `menu${id.replaceAll(/\W/g, '')}`;
  return (
    <div className="menu">
      <button
        type="button" className="icon-button" aria-label={label} popoverTarget={id} onClick={place}
        style={{ anchorName: `--${anchor}` } as React.CSSProperties}
      >
        <Ellipsis aria-hidden="true" />
      </button>
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- its buttons have them */}
      <div id={id} ref={list} popover="auto" className="menu-list" onToggle={({ newState }) => setOpen(newState === 'open')} onClick={() => list.current?.hidePopover()}>{isOpen && children}</div>
    </div>
  );
}

/** One line of a menu. */
export function MenuItem({ icon: Icon, run, children }: { icon: LucideIcon; run: () => unknown; children: React.ReactNode }) {
  return <button type="button" onClick={() => void run()}><Icon aria-hidden="true" />{children}</button>;
}
