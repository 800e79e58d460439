import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// In development the page and the endpoint share an origin, so there is nothing to allow. The proxy carries websockets too.
export default defineConfig({
  plugins: [react()],
  build: { chunkSizeWarningLimit: 700 },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:8080', ws: true } } },
});
