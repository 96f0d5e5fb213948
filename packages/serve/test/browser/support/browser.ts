import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

export const PHONE = { width: 360, height: 740 };
export const DESK = { width: 1_280, height: 900 };

/** The Chromium of this machine; `npm run dashboard-check` says which. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = process.env.PVF_CHROMIUM;
  if (executablePath === undefined)
    throw new Error('PVF_CHROMIUM names no Chromium: run these tests with npm run dashboard-check');
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return await chromium.launch({
    executablePath,
    args: [...sandbox, '--disable-dev-shm-usage', '--js-flags=--expose-gc', '--enable-precise-memory-info'],
  });
}

export interface Seen {
  readonly page: Page;
  /** What the page should not have said: errors, refusals of the policy, requests to elsewhere. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** A page in a context of its own, which watches for what no page of ours does. */
export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Seen> {
  const context = await browser.newContext({
    viewport: DESK,
    reducedMotion: 'reduce',
    locale: 'en-US',
    timezoneId: 'UTC',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  const own = new URL(url).origin;
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // That a request fails is told here too; what the page makes of it is tested.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== own)
      complaints.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** A panel by its title. */
export const panel = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true });

/** That axe finds nothing, at the widths of a desk and of a phone, light and dark; nor does anything stand out sideways. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source);
  for (const viewport of [DESK, PHONE])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const where = `${what}, ${viewport.width} px, ${colorScheme}`;
      const violations = await page.evaluate(async () => {
        const run = (globalThis as unknown as { axe: typeof axe }).axe.run;
        const { violations: found } = await run(document, { resultTypes: ['violations'] });
        return found.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
        );
      });
      expect(violations, where).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${where}: scrolls sideways`).toBeLessThanOrEqual(0);
    }
  await page.setViewportSize(DESK);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}
