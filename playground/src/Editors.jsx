import { pick, useGraphiQL } from '@graphiql/react';
import { useEffect, useRef, useSyncExternalStore } from 'react';

/**
 * Breaks long lines of queries, and keeps the token in the editor of headers: at once when it changes, and again whenever
 * GraphiQL fills the editor for another tab or from its history. What somebody writes there stays.
 */
export function Editors({ session }) {
  const { token } = useSyncExternalStore(session.subscribe, session.snapshot);
  const { queryEditor, headerEditor } = useGraphiQL(pick('queryEditor', 'headerEditor'));
  const ours = useRef(new Set());

  useEffect(() => {
    queryEditor?.updateOptions({ wordWrap: 'on' });
  }, [queryEditor]);

  useEffect(() => {
    if (!headerEditor) return undefined;
    if (token) ours.current.add(`Bearer ${token}`);
    const update = (anew) => {
      const before = headerEditor.getValue();
      const after = withToken(before, token, (header) => anew || ours.current.has(header));
      if (after !== before) headerEditor.setValue(after);
    };
    update(true);
    const listening = headerEditor.onDidChangeModelContent(({ isFlush }) => {
      if (isFlush) queueMicrotask(() => update(false)); // the editor does not take a change during a change
    });
    return () => listening.dispose();
  }, [headerEditor, token]);
  return null;
}

/** Headers, as JSON, with the token if there is none or a replaceable one; without one if there is no token. */
function withToken(json, token, replaceable) {
  let headers;
  try {
    headers = JSON.parse(json || '{}');
  } catch {
    return json; // being written
  }
  const name = Object.keys(headers).find((name) => name.toLowerCase() === 'authorization');
  if (name && !replaceable(headers[name])) return json;
  const wanted = token && `Bearer ${token}`;
  if ((name && headers[name]) === (wanted ?? undefined)) return json;
  if (name) delete headers[name];
  if (wanted) headers.Authorization = wanted;
  return Object.keys(headers).length ? JSON.stringify(headers, null, 2) : '';
}
