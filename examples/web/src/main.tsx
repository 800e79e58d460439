import '@fontsource-variable/figtree';
import '@fontsource-variable/fraunces';
import '@fontsource-variable/lora'; // for what the two above lack, such as Cyrillic: it is loaded when there is any
import '@fontsource-variable/onest';
import './style/base.css';
import './style/layout.css';
import './style/parts.css';
import './style/chat.css';
import { ApolloProvider } from '@apollo/client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { client, keepScreens, restoreScreens } from './api/client';
import { sessionOfOtherTabs } from './api/session';
import { App } from './app';
import { enter } from './parts/arrival';

enter();
await sessionOfOtherTabs();
restoreScreens();
addEventListener('pagehide', keepScreens);

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <ApolloProvider client={client}>
      <App />
    </ApolloProvider>
  </StrictMode>,
);
