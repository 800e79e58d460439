import react from '@vitejs/plugin-react';
import { defineConfig, loadEnv } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

// In development the page and the endpoint share an origin, so there is nothing to allow. The proxy carries websockets too.
// CIRCLEGRAPH_URL names another server, such as one on port 9000 or in a container.
export default defineConfig(({ mode }) => ({
  plugins: [
    react(),
    VitePWA({
      registerType: 'autoUpdate',
      injectRegister: 'script-defer',
      // The app itself is kept for a start without a network; what the community says is never kept by the worker.
      workbox: { navigateFallbackDenylist: [/^\/(graphql|rails)/], globPatterns: ['**/*.{js,css,html,svg}', '**/{figtree,fraunces}-latin-*-normal-*.woff2'] },
      manifest: {
        name: 'Thornbury Lane',
        short_name: 'Thornbury',
        description: 'The allotment gardeners’ community',
        theme_color: '#f5f2ea',
        background_color: '#f5f2ea',
        display: 'standalone',
        start_url: '/',
        icons: [
          { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any maskable' },
        ],
        shortcuts: [{ name: 'Messages', url: '/messages' }, { name: 'Events', url: '/events' }],
      },
    }),
  ],
  build: { manifest: true, target: 'es2023', chunkSizeWarningLimit: 700 },
  // The sandbox's pictures and uploads are at its origin too.
  server: {
    proxy: Object.fromEntries(
      ['/graphql', '/rails'].map((path) => [
        path,
        { target: loadEnv(mode, '.', 'CIRCLEGRAPH_').CIRCLEGRAPH_URL ?? 'http://127.0.0.1:8080', ws: true },
      ]),
    ),
  },
}));
