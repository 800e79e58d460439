import { defineConfig } from 'vite';

export default defineConfig({
  base: './', // the page finds its files wherever a reverse proxy puts it
  build: {
    outDir: 'dist/site',
    chunkSizeWarningLimit: 3000, // the editor is large
    rolldownOptions: {
      onwarn(warning, warn) {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning); // "use client" is for servers
      },
    },
  },
});
