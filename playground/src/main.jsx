// GraphiQL as this server shows it: with a way to sign in, and with tabs to begin with, which the server has written into
// the page.
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './style.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { Footer } from './Footer.jsx';
import { Editors } from './Editors.jsx';
import { asWritten } from './operation.js';
import { isNarrow } from './panel.js';
import { Session, endpoint } from './session.js';
import { signInPlugin } from './SignIn.jsx';
import { storage } from './storage.js';

const root = document.getElementById('playground');
const settings = JSON.parse(root.dataset.settings);
const session = new Session(settings);
const signIn = signInPlugin(session, settings);
const plugins = [signIn, explorerPlugin({ showAttribution: false }), HISTORY_PLUGIN];

// Its own requests and those for the schema go the same way; what comes back may sign in or say that the token has ended.
const fetcher = session.watch(asWritten(createGraphiQLFetcher({
  url: endpoint.href,
  subscriptionUrl: endpoint.href.replace(/^http/, 'ws'),
})));

createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={plugins}
    visiblePlugin={signIn}
    defaultTabs={settings.tabs}
    defaultEditorToolsVisibility={isNarrow() ? false : 'headers'}
    inputValueDeprecation
    schemaDescription
    shouldPersistHeaders={false}
    storage={storage}
  >
    <GraphiQL.Logo>
      <a className="home" href="../">Circlegraph</a>
    </GraphiQL.Logo>
    <GraphiQL.Footer>
      <Editors />
      <Footer session={session} />
    </GraphiQL.Footer>
  </GraphiQL>,
);
session.resume();
