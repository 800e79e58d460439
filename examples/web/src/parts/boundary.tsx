import { RefreshCw } from 'lucide-react';
import { Component } from 'react';
import { Empty } from './states';

/** What is left of a screen that broke, or whose code was replaced by a newer version. */
export class Boundary extends Component<{ children: React.ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    return (
      <>
        <Empty icon={RefreshCw} title="This screen could not be shown">{navigator.onLine ? 'There may be a newer version of the app.' : 'It was not opened before, and you are offline.'}</Empty>
        <p className="more"><button type="button" className="button" onClick={() => location.reload()}>Load again</button></p>
      </>
    );
  }
}
