// A real browser on the running server, with an eye on what goes wrong in its pages.
import { existsSync } from 'node:fs';
import axe from 'axe-core/axe.min.js';
import { chromium } from 'playwright-core';

/** The widths that pages are made for: a phone's and a desktop's. */
export const widths = [390, 1280];

// What takes ten minutes hangs, and says what it waits for. No machine is too slow for that, and no wait has a limit of its own.
const hangs = 600_000;

/**
 * Starts a browser of this machine: the one that CHROMIUM names, or one of the system's packages. Chromium's headless shell comes
 * first: the same pages for half the work, as there is no window around them. Give the test context `t`, and it ends with the test;
 * otherwise close it in an `after` hook.
 *
 * @param {object} [options]
 * @param {import('node:test').TestContext} [options.t]
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launch({ t } = {}) {
  const known = ['chromium-headless-shell', 'chromium', 'google-chrome', 'chromium-browser'].map((name) => `/usr/bin/${name}`);
  const executablePath = process.env.CHROMIUM ?? known.find((path) => existsSync(path));
  if (!executablePath) throw new Error('There is no browser: install the package chromium-headless-shell or chromium, or set CHROMIUM to its path.');
  const browser = await chromium.launch({
    executablePath,
    timeout: hangs,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  t?.after(() => browser.close());
  return browser;
}

/**
 * Opens a page for somebody who has never been here, and notes in `problems` what must not happen in it: errors in the
 * console, exceptions, what the policy of the page forbids, and requests to other machines, which are not let through.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {object} [options]
 * @param {number} [options.width] of the window, in CSS pixels
 * @param {'light' | 'dark'} [options.scheme] what the person prefers
 * @param {import('node:test').TestContext} [options.t] closes the page at the end of the test
 * @param {import('playwright-core').BrowserContextOptions} [options.context]
 * @returns {Promise<{ page: import('playwright-core').Page, problems: string[], requests: string[] }>}
 */
export async function open(browser, url, { width = 1280, scheme = 'light', t, context: more = {} } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 800 }, isMobile: width < 600, hasTouch: width < 600, colorScheme: scheme, ...more,
  });
  t?.after(() => context.close());
  context.setDefaultTimeout(hangs);
  await context.addInitScript(listen);
  const page = await context.newPage();
  const problems = [];
  const requests = [];
  await context.route((to) => !isOfThisMachine(to), (route) => {
    problems.push(`a request leaves the machine: ${route.request().url()}`);
    return route.abort();
  });
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => problems.push(`an exception: ${error}`));
  page.on('console', (message) => { // violations of the policy among them
    if (message.type() === 'error') problems.push(`an error in the console: ${message.text()} (${message.location().url})`);
  });
  await page.goto(url);
  return { page, problems, requests };
}

/** Notes in a page what it says to those who do not see it, most of which it takes back after a few seconds. */
function listen() {
  window.said = [];
  new MutationObserver(() => {
    for (const { textContent } of document.querySelectorAll('[role=status], [role=alert]')) {
      if (textContent && window.said.at(-1) !== textContent) window.said.push(textContent);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

/** Waits until a page has said something, be it over already. */
export const told = (page, words) => page.waitForFunction((text) => window.said.some((one) => one.includes(text)), words);

/** Waits until the keyboard writes into a field, or into what is within it. */
export async function focused(place) {
  await place.waitFor();
  await place.page().waitForFunction((element) => element.contains(document.activeElement), await place.elementHandle());
}

/** Scrolls until something is there: a list grows, and may move, while somebody scrolls. */
export async function scrollTo(place, scroll) {
  for (;;) {
    await scroll();
    if (await place.count()) return;
    await place.page().waitForTimeout(100);
  }
}

/** Does what a page sends a mutation for, and waits for the answer: who leaves the page sooner takes it back. */
export async function answered(page, doing) {
  const answer = page.waitForResponse((response) => response.request().postData()?.includes('"query":"mutation'));
  await doing();
  await (await answer).finished();
}

function isOfThisMachine({ protocol, hostname }) {
  return ['data:', 'blob:'].includes(protocol) || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

/**
 * Asks axe what keeps people with disabilities from using the page, and gives what is serious or critical, one line each. Colours
 * that are on their way get there first.
 *
 * @param {import('playwright-core').Page} page
 * @param {object} [options]
 * @param {string[]} [options.exclude] selectors of what is not to be looked at
 */
export async function barriers(page, { exclude = [] } = {}) {
  await page.evaluate(() => Promise.allSettled(document.getAnimations()
    .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime)).map((animation) => animation.finished)));
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe.source);
  const { violations } = await page.evaluate((exclude) => window.axe.run({ exclude }, { resultTypes: ['violations'] }), exclude);
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target}:${failureSummary.split('\n')[1]}`));
}
