import { ArrowLeft } from 'lucide-react';

type Props = { title: string; action?: React.ReactNode; canGoBack?: boolean; children: React.ReactNode };

/** A screen below the app's own bar: its title, what can be done with it as a whole, and what it shows. */
export function Screen({ title, action, canGoBack = false, children }: Props) {
  return (
    <>
      <title>{`${title} · Thornbury Lane`}</title>
      <header className="screen-head">
        {canGoBack && (
          <button type="button" className="icon-button" aria-label="Back" onClick={() => history.back()}><ArrowLeft aria-hidden="true" /></button>
        )}
        <h1>{title}</h1>
        {action}
      </header>
      {children}
    </>
  );
}
