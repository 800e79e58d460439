import { pick, useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

/** Breaks long lines of queries. */
export function Editors() {
  const { queryEditor } = useGraphiQL(pick('queryEditor'));
  useEffect(() => {
    queryEditor?.updateOptions({ wordWrap: 'on' });
  }, [queryEditor]);
  return null;
}
