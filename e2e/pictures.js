// Makes the pictures of the example app from a real run: docs/images/app.png has three of its screens side by side, in the front page
// smaller, and docs/images/app.webp shows two members who write to each other, again and again. Look at them before they are committed.
import { writeFileSync } from 'node:fs';
import { launch, open } from './browser.js';
import { member, start } from './server.js';
import { serveApp, signIn, visit } from './web-app.js';

const images = new URL('../docs/images/', import.meta.url);
const phone = { width: 390, height: 780 };
const server = await start({ env: { CIRCLEGRAPH_MEMO_BYTES: '0' } });
const app = await serveApp(server.url);
const browser = await launch();

/** Opens the app for a member, on a phone. */
async function signedIn(email, { scheme = 'light', scale = 1 } = {}) {
  const context = { viewport: phone, deviceScaleFactor: scale, serviceWorkers: 'block', reducedMotion: 'reduce', timezoneId: 'Europe/London' };
  const { page } = await open(browser, app.url, { width: phone.width, scheme, context });
  await signIn(page, email);
  return page;
}

/** Waits until nothing moves any more: what is read late, fonts, pictures. */
async function settle(page) {
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => document.fonts.ready);
}

const screens = [
  { path: '/', shows: 'Plots to look at this Sunday' },
  { path: '/c/tea-hut', shows: 'Tea hut', composes: true },
  { path: '/c/first-year', shows: 'lessons done', scheme: 'dark' },
];
const stills = [];
for (const { scheme, ...screen } of screens) {
  const page = await signedIn(member, { scheme, scale: 2 });
  await visit(page, app.url, screen);
  await settle(page);
  stills.push(await page.screenshot());
  await page.context().close();
}

const maya = await signedIn(member);
const jose = await signedIn('jose@example.com', { scheme: 'dark' });
const both = [maya, jose];
const frames = [];
/** Keeps what both see, for so many milliseconds. */
const keep = async (length) => frames.push({ length, pictures: await Promise.all(both.map((page) => page.screenshot())) });
const messages = (page) => page.getByRole('list', { name: 'Messages' }).getByRole('article');
const say = async (page, other, words) => {
  await page.getByRole('textbox', { name: 'Write a message' }).click();
  for (const part of words.split(/(?<= )/)) {
    await page.keyboard.type(part);
    await keep(140);
  }
  await page.getByRole('button', { name: 'Send' }).click();
  await messages(other).filter({ hasText: words }).waitFor();
  await messages(page).filter({ hasText: words }).first().waitFor();
  await page.getByRole('article', { name: 'on its way' }).waitFor({ state: 'detached' });
  await keep(1_100);
};

for (const page of both) await settle(page);
await keep(1_200);
await maya.getByRole('link', { name: 'Messages' }).click();
await jose.getByRole('link', { name: 'Messages' }).click();
for (const page of both) {
  await page.getByRole('main').locator('.room-row').first().waitFor();
  await settle(page);
}
await keep(1_000);
await maya.getByRole('link', { name: /José Álvarez/ }).click();
await jose.getByRole('link', { name: /Maya Fielding/ }).click();
for (const page of both) await messages(page).first().waitFor();
for (const page of both) await settle(page);
await keep(900);
await say(maya, jose, 'Shall we say three?');
await say(jose, maya, 'Three it is. I bring cake.');
await messages(maya).filter({ hasText: 'I bring cake' }).getByRole('button', { name: 'More about' }).click();
await keep(700);
await maya.getByRole('button', { name: 'Party' }).click();
await messages(maya).filter({ hasText: 'I bring cake' }).getByRole('button', { name: 'Party, 1' }).waitFor();
await keep(1_400);

const studio = await (await browser.newContext({ deviceScaleFactor: 1 })).newPage();
await studio.evaluate(() => {
  const bitmap = async (base64) => createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
  const base64 = async (blob) => new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(',')[1]);
    reader.readAsDataURL(blob);
  });
  const gap = 20;
  let canvas;
  let before;

  /** Draws phones side by side, with round corners; gives the context. */
  window.draw = async (pictures, scale) => {
    const all = await Promise.all(pictures.map(bitmap));
    const [width, height] = [Math.round(all[0].width * scale), Math.round(all[0].height * scale)];
    canvas = new OffscreenCanvas(all.length * width + (all.length + 1) * gap, height + 2 * gap);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.imageSmoothingQuality = 'high';
    all.forEach((one, i) => {
      const left = gap + i * (width + gap);
      context.save();
      context.beginPath();
      context.roundRect(left, gap, width, height, 24);
      context.clip();
      context.drawImage(one, left, gap, width, height);
      context.restore();
      context.strokeStyle = '#c9c3b2';
      context.lineWidth = 1.5;
      context.beginPath();
      context.roundRect(left, gap, width, height, 24);
      context.stroke();
    });
    return context;
  };
  window.still = async (pictures, scale, format) => { await window.draw(pictures, scale); return base64(await canvas.convertToBlob(format)); };

  /** The part of a frame that differs from the one before: where it is, and a WebP of it. Nothing if they are the same. */
  window.change = async (pictures, scale) => {
    const context = await window.draw(pictures, scale);
    const { width, height } = canvas;
    const { data } = context.getImageData(0, 0, width, height);
    let [left, top, right, bottom] = before ? [width, height, -1, -1] : [0, 0, width - 1, height - 1];
    if (before) {
      for (let i = 0; i < data.length; i += 4) {
        if (data[i] === before[i] && data[i + 1] === before[i + 1] && data[i + 2] === before[i + 2]) continue;
        const x = (i / 4) % width;
        const y = Math.floor(i / 4 / width);
        [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
      }
      if (right < 0) return null;
    }
    before = data;
    left -= left % 2; // a place in the file is half its number
    top -= top % 2;
    const part = new OffscreenCanvas(right - left + 1, bottom - top + 1);
    part.getContext('2d').drawImage(canvas, -left, -top);
    const blob = await part.convertToBlob({ type: 'image/webp', quality: 0.82 });
    return { x: left, y: top, width: part.width, height: part.height, of: [width, height], picture: await base64(blob) };
  };
});

writeFileSync(new URL('app.png', images), Buffer.from(await studio.evaluate((pictures) => window.still(pictures, 0.5, { type: 'image/png' }), stills.map((one) => one.toString('base64'))), 'base64'));
const small = await studio.evaluate((pictures) => window.still(pictures, 0.4, { type: 'image/webp', quality: 0.8 }), stills.map((one) => one.toString('base64')));
writeFileSync(new URL('../internal/frontpage/app.webp', import.meta.url), Buffer.from(small, 'base64'));
const parts = [];
for (const { length, pictures } of frames) {
  const part = await studio.evaluate((all) => window.change(all, 0.8), pictures.map((one) => one.toString('base64')));
  if (part) parts.push({ ...part, length });
  else parts.at(-1).length += length;
}
const film = animated(parts);
writeFileSync(new URL('app.webp', images), film);
console.log(`app.webp: ${parts.length} frames, ${Math.ceil(film.length / 1024)} kB`);
await browser.close();
await app.stop();
await server.stop();

/** The chunks of a WebP, behind the head of the file. */
function chunksOf(file) {
  const all = [];
  for (let at = 12; at < file.length;) {
    const size = 8 + file.readUInt32LE(at + 4);
    all.push(file.subarray(at, at + size + size % 2));
    at += size + size % 2;
  }
  return all;
}

/** A WebP that moves, of parts that each lie over what was there before: https://developers.google.com/speed/webp/docs/riff_container */
function animated(all) {
  const [width, height] = all[0].of;
  const chunk = (name, ...data) => {
    const body = Buffer.concat(data);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(body.length);
    return Buffer.concat([Buffer.from(name), size, body, Buffer.alloc(body.length % 2)]);
  };
  const numbers = (...values) => Buffer.concat(values.map((value) => { const three = Buffer.alloc(3); three.writeUIntLE(value, 0, 3); return three; }));
  const animation = 0x02;
  const transparency = 0x10;
  const pieces = all.map(({ x, y, width: wide, height: high, length, picture }) => {
    const data = chunksOf(Buffer.from(picture, 'base64')).filter((one) => /^(ALPH|VP8 |VP8L)/.test(one.toString('latin1', 0, 4))); // a part has no colour profile of its own
    return chunk('ANMF', numbers(x / 2, y / 2, wide - 1, high - 1, length), Buffer.from([0x02]), ...data); // 2: it replaces what is below it
  });
  const head = chunk('VP8X', Buffer.from([animation | transparency, 0, 0, 0]), numbers(width - 1, height - 1));
  const forEver = chunk('ANIM', Buffer.from([0, 0, 0, 0, 0, 0]));
  const body = Buffer.concat([Buffer.from('WEBP'), head, forEver, ...pieces]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(body.length);
  return Buffer.concat([Buffer.from('RIFF'), size, body]);
}
