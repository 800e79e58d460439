// What somebody loads before they see the feed: the app, its styles, and all that these need. Run after the build.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const limit = 250;
const dist = new URL('dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

const files = new Set();
const visit = (name) => {
  const { file, css = [], imports = [] } = manifest[name];
  if (files.has(file)) return;
  for (const one of [file, ...css]) files.add(one);
  imports.forEach(visit);
};
visit('index.html');

const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0);
const kilobytes = Math.ceil(bytes / 1024);
console.log(`first load: ${kilobytes} kB of ${limit} kB, compressed`);
if (kilobytes > limit) process.exitCode = 1;
