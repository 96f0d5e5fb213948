// The overview against `pvf serve` under load: each panel shows what the API says.
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiSchema } from '../../src/client/index.ts';
import { expectAccessible, open, panel, type Seen, startBrowser } from './support/browser.ts';
import {
  ADDER,
  BAD_POV,
  GOOD_POV,
  HOSTILE,
  hostilePvf,
  type Kind,
  upload,
  validate,
} from './support/candidates.ts';
import { PvfServe } from './support/pvf-serve.ts';

const service = new PvfServe();
let browser: Browser;
let seen: Seen;
beforeAll(async () => {
  await service.start();
  browser = await startBrowser();
  seen = await open(browser, service.page);
});
afterAll(async () => {
  await browser?.close();
  await service.end();
});

const WITHIN = { timeout: 30_000, interval: 200 };
const number = (value: number) => value.toLocaleString('en-US');
const filter = (name: string) =>
  seen.page.locator('.filters label', { has: seen.page.getByText(name, { exact: true }) }).locator('select');
const text = (title: string) => panel(seen.page, title).innerText();

/** Validations of all kinds, refused and accepted, 24 at a time until it is told to end, `least` at least; how many there were. */
async function load(least: number): Promise<{ end: () => Promise<number> }> {
  const { client } = service;
  const [adder, hostile] = [await upload(client, ADDER), await upload(client, hostilePvf())];
  const kinds: Kind[] = ['dispute', 'approval', 'backing-system', 'backing'];
  let asked = 0;
  let over = false;
  const lane = async (): Promise<void> => {
    while (!over || asked < least) {
      const turn = asked++;
      const kind = kinds[turn % 4] as Kind;
      const { error } = await validate(
        client,
        turn % 7 === 6 ? hostile : adder,
        turn % 3 === 2 ? BAD_POV : GOOD_POV,
        kind,
      );
      if (error !== undefined) throw new Error(error.detail);
    }
  };
  const lanes = Promise.all(Array.from({ length: 24 }, lane));
  // Told by `end`; a test that fails before has its own reason.
  lanes.catch(() => {});
  return {
    async end() {
      over = true;
      await lanes;
      return asked;
    },
  };
}

test('the token leaves the address, and the page is live', async () => {
  const { page } = seen;
  expect(new URL(page.url()).hash).toBe('#/');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByText('No answers in the last hour.').waitFor();
});

test('under load jobs, templates and queues are told live; afterwards every panel shows what the API says', async () => {
  const { page, complaints } = seen;
  const running = await load(400);
  const cell = (row: string, at: number) =>
    panel(page, 'Workers, templates and jobs').locator('tbody tr', { hasText: row }).locator('td').nth(at);
  await expect.poll(async () => Number(await cell('Execute', 2).innerText()), WITHIN).toBeGreaterThan(0);
  await expect.poll(() => text('Queues'), WITHIN).toMatch(/jobs? waits?; disputes go first/);
  await expect.poll(async () => Number(await cell('Execute', 1).innerText()), WITHIN).toBeGreaterThan(0);
  const asked = await running.end();

  const { data: status } = await service.client.GET('/v1/status');
  const { data: statistics } = await service.client.GET('/v1/statistics');
  const { data: artifacts } = await service.client.GET('/v1/artifacts');
  expect(status?.requests).toEqual({ running: 0, total: asked });
  await tiles(status as ApiSchema<'Status'>);
  await minutes(statistics as ApiSchema<'Statistics'>);
  await expect.poll(() => text('Queues'), WITHIN).toContain('Nothing waits.');
  expect(await panel(page, 'Queues').locator('.bar-value').allInnerTexts()).toEqual([
    '0',
    '0',
    '0',
    '0',
    '0',
  ]);
  const { execute, prepare } = status as ApiSchema<'Status'>;
  const rows = panel(page, 'Workers, templates and jobs').locator('tbody tr');
  await expect
    .poll(() => rows.allInnerTexts(), WITHIN)
    .toEqual([`Prepare\t${prepare.workers}\t–\t0`, `Execute\t${execute.workers}\t${execute.templates}\t0`]);
  const { hits, misses, prepared } = (status as ApiSchema<'Status'>).artifacts;
  expect(await text('Artifact cache')).toContain(`${number(hits)}, ${number(misses)} (`);
  await panel(page, 'Artifact cache').getByText('Artifacts, the last used first').click();
  await expect.poll(() => panel(page, 'Artifact cache').locator('tbody tr').count(), WITHIN).toBe(prepared);
  const shown = await panel(page, 'Artifact cache')
    .locator('tbody code')
    .evaluateAll((all) => all.map((each) => each.getAttribute('title')));
  expect(shown.sort()).toEqual(artifacts?.artifacts.map(({ codeHash }) => codeHash).sort());
  await histograms(statistics as ApiSchema<'Statistics'>);
  expect(complaints).toEqual([]);
});

async function tiles(status: ApiSchema<'Status'>): Promise<void> {
  const tile = (name: string) => seen.page.locator('.tile', { hasText: name }).locator('dd').innerText();
  const { hits, misses, prepared } = status.artifacts;
  const share = (hits / (hits + misses)) * 100;
  const rate =
    share > 99 && share < 100 ? (Math.floor(share * 10) / 10).toFixed(1) : String(Math.round(share));
  await expect
    .poll(() => tile('Requests in work'), WITHIN)
    .toBe(`0\n${number(status.requests.total)} since the start`);
  await expect.poll(() => tile('Cache hit rate'), WITHIN).toBe(`${rate} %\n${prepared} PVFs prepared`);
  await expect.poll(() => tile('Jobs waiting'), WITHIN).toBe('0\n0 running');
}

async function minutes({ minutes: told }: ApiSchema<'Statistics'>): Promise<void> {
  const counts = new Map<string, number>();
  for (const { counts: each } of told)
    for (const { outcome, vote, count } of each)
      for (const name of [outcome, vote]) counts.set(name, (counts.get(name) ?? 0) + count);
  const answers = panel(seen.page, 'Answers per minute');
  const legend = async () => (await answers.getByRole('list').first().innerText()).replace(/\s+/g, ' ');
  await expect.poll(legend, WITHIN).toContain(`Valid: ${number(counts.get('valid') ?? 0)}`);
  expect(await legend()).toContain(`Invalid: ${number(counts.get('invalid') ?? 0)}`);
  await answers.getByText('Answers per minute as a table').click();
  const all = (counts.get('valid') ?? 0) + (counts.get('invalid') ?? 0);
  await expect.poll(() => sumOf(answers), WITHIN).toBe(all);
  await answers.getByRole('radio', { name: 'by vote' }).check();
  await expect.poll(legend, WITHIN).toBe(`No receipt, no vote: ${number(counts.get('unchecked') ?? 0)}`);
}

/** Of all numbers of the table in it. */
async function sumOf(place: Locator): Promise<number> {
  const cells = await place.locator('tbody td').allInnerTexts();
  return cells.reduce((sum, each) => sum + Number(each.replace(/,/g, '')), 0);
}

async function histograms({ histograms: told }: ApiSchema<'Statistics'>): Promise<void> {
  const figures = panel(seen.page, 'Times against their limits').locator('figure');
  for (const [title, what, name] of [
    ['Execution, latency', 'execution', 'polkadot_pvf_execution_time'],
    ['Execution, CPU time', 'execution', 'pvf_execution_cpu_seconds'],
    ['Preparation, latency', 'preparation', 'polkadot_pvf_preparation_time'],
    ['Preparation, CPU time', 'preparation', 'pvf_preparation_cpu_seconds'],
  ] as const) {
    const of = told.filter((each) => each.name === name);
    expect(of, name).toHaveLength(1);
    const figure = figures.filter({ has: seen.page.getByRole('heading', { name: title }) });
    await expect
      .poll(() => figure.innerText(), WITHIN)
      .toContain(`${number(of[0]?.count ?? 0)} ${what}s: half within`);
    await figure.getByText(`${title} as a table`).click();
    await expect.poll(() => sumOf(figure), WITHIN).toBe(of[0]?.count);
  }
}

test('the layers of isolation are told with their words, and with what to change where one is missing', async () => {
  const { data: status } = await service.client.GET('/v1/status');
  const shown = await text('Layers of isolation');
  for (const { words, available, reason, remedies } of status?.security.layers ?? []) {
    expect(shown).toContain(words);
    if (!available && reason !== undefined) expect(shown).toContain(reason.slice(0, 60));
    if (!available && remedies !== undefined) {
      const whole = await panel(seen.page, 'Layers of isolation').textContent();
      for (const remedy of Object.values(remedies)) expect(whole).toContain(remedy.slice(0, 60));
    }
  }
});

test('the last outcomes are the API’s; one opens with reason, panic, log and backtrace, as text', async () => {
  const { page, complaints } = seen;
  await filter('Outcome').selectOption({ label: 'Invalid' });
  const list = panel(page, 'Last outcomes');
  const { data: recent } = await service.client.GET('/v1/outcomes', { params: { query: { limit: '2000' } } });
  const invalid = recent?.outcomes.filter(({ outcome }) => outcome.kind === 'invalid').reverse() ?? [];
  const panics = invalid.filter(({ outcome }) => (outcome.detail as { panic?: string }).panic !== undefined);
  expect(panics.length).toBeGreaterThan(0);
  const times = await list
    .locator('time')
    .evaluateAll((all) => all.map((each) => each.getAttribute('datetime')));
  expect(times).toEqual(invalid.slice(0, 20).map(({ at }) => at));
  const row = list.locator('.outcome-row', { hasText: 'onerror' }).first();
  await row.click();
  const said = (await list.getByRole('region', { name: 'Panic of the PVF' }).innerText()).trim();
  // The host has replaced what turns the direction of writing.
  expect(said).toBe(HOSTILE.replace(/[\u202C\u202E]/g, '\uFFFD'));
  expect(await list.getByRole('region', { name: 'What the PVF logged' }).innerText()).toContain('<script>');
  expect(await list.getByRole('region', { name: 'Backtrace' }).innerText()).toContain('0: <wasm function 3>');
  expect(await list.innerText()).toContain('Used of what is allowed');
  expect(await page.locator('img, svg[onload], script:not([src]), b').count()).toBe(0);
  expect(await page.evaluate(() => (globalThis as { hit?: number }).hit)).toBeUndefined();
  expect(complaints).toEqual([]);
});

test('axe finds nothing, at the width of a desk and of a phone, light and dark', async () => {
  await expectAccessible(seen.page, 'overview with an open outcome');
});

test('when the service is started anew the page says so, connects again and shows what comes', async () => {
  const { page } = seen;
  await service.stop();
  await page.getByText('The connection to the service is lost').waitFor();
  await page.getByText('Connection lost', { exact: true }).waitFor();
  await service.start();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByText('The service was started anew').waitFor();
  const code = await upload(service.client, ADDER);
  await validate(service.client, code, GOOD_POV, 'dispute');
  await filter('Outcome').selectOption({ label: 'all' });
  // An outcome was opened, and the list waits for its reader since.
  await page.getByRole('button', { name: 'Paused: go on' }).click();
  const list = panel(page, 'Last outcomes');
  const { data: recent } = await service.client.GET('/v1/outcomes');
  await expect
    .poll(() => list.locator('time').first().getAttribute('datetime'), WITHIN)
    .toBe(recent?.outcomes.at(-1)?.at);
  const tile = page.locator('.tile', { hasText: 'Requests in work' }).locator('dd');
  await expect.poll(() => tile.innerText(), WITHIN).toBe('0\n1 since the start');
  await page.getByRole('button', { name: 'Close this note' }).click();
  await page.getByText('The service was started anew').waitFor({ state: 'detached' });
});
