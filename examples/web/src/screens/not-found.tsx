import { Link2Off } from 'lucide-react';
import { Link } from 'wouter';
import { Screen } from '../parts/screen';
import { Empty } from '../parts/states';

/** An address that leads nowhere. */
export default function NotFoundScreen() {
  return (
    <Screen title="Not here" canGoBack>
      <Empty icon={Link2Off} title="There is no such page">The address may be mistyped, or what it led to is gone.</Empty>
      <p className="more"><Link className="button" href="/">Go home</Link></p>
    </Screen>
  );
}
