// A real browser on the running server, with an eye on what goes wrong in its pages.
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

/** The widths that pages are made for: a phone's and a desktop's. */
export const widths = [390, 1280];

/**
 * Starts a browser of this machine: the one that CHROMIUM names, or Chromium or Chrome of the system's packages. Give
 * the test context `t`, and it ends with the test; otherwise close it in an `after` hook.
 *
 * @param {object} [options]
 * @param {import('node:test').TestContext} [options.t]
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launch({ t } = {}) {
  const known = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'];
  const executablePath = process.env.CHROMIUM ?? known.find((path) => existsSync(path));
  if (!executablePath) throw new Error('There is no browser: install the package chromium, or set CHROMIUM to its path.');
  const browser = await chromium.launch({
    executablePath,
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

function isOfThisMachine({ protocol, hostname }) {
  return ['data:', 'blob:'].includes(protocol) || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

/**
 * Asks axe what keeps people with disabilities from using the page, and gives what is serious or critical, one line each.
 *
 * @param {import('playwright-core').Page} page
 * @param {object} [options]
 * @param {string[]} [options.exclude] selectors of what is not to be looked at
 */
export async function barriers(page, { exclude = [] } = {}) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((exclude) => window.axe.run({ exclude }, { resultTypes: ['violations'] }), exclude);
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target}:${failureSummary.split('\n')[1]}`));
}
