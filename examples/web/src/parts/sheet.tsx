import { X } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';

/** A dialog over the screen. Escape and the cross close it; the keyboard stays in it. */
export function Sheet({ title, className = 'sheet', close, children }: { title: string; className?: string; close: () => void; children: React.ReactNode }) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className={className} aria-labelledby={id} onClose={close}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={() => dialog.current?.close()}><X aria-hidden="true" /></button>
      </header>
      {children}
    </dialog>
  );
}
