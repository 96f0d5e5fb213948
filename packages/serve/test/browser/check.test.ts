// A runtime and its blocks in the page, against `pvf serve`: what is told is what the API and `pvf precheck` tell.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slowToCompile } from '@pvf/test-kit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, open, panel, type Seen, startBrowser } from './support/browser.ts';
import { ADDER, BAD_POV, GOOD_POV, hostilePvf } from './support/candidates.ts';
import { PvfServe } from './support/pvf-serve.ts';

const PVF = join(import.meta.dirname, '../../../cli/bin/pvf');
const service = new PvfServe();
const folder = mkdtempSync(join(tmpdir(), 'pvf-serve-check-'));
let browser: Browser;
let seen: Seen;
beforeAll(async () => {
  await service.start();
  browser = await startBrowser();
  seen = await open(browser, service.page);
  await seen.page.getByRole('link', { name: 'Check a runtime' }).click();
});
afterAll(async () => {
  await browser?.close();
  await service.end();
  rmSync(folder, { recursive: true, force: true });
});

const WITHIN = { timeout: 60_000, interval: 200 };
const file = (name: string, contents: Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
};
const choose = (label: RegExp, path: string) => seen.page.getByLabel(label).setInputFiles(path);
const RUNTIME = /^Drop a runtime here/;
const verdict = (title: string) => panel(seen.page, title).locator('.verdict');

/** What `pvf precheck --json` says of a file. */
function precheck(path: string): { shortcomings: string[]; usage: { code: { used: number } } } {
  const options = ['precheck', '--json', '--no-cache', '--insecure', '--quiet', path];
  return JSON.parse(execFileSync(PVF, options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
    .pvfs[0];
}

test('a runtime is prechecked with its progress, and told as `pvf precheck` tells it', async () => {
  const { page, complaints } = seen;
  const path = file('hostile<b>.wasm', hostilePvf());
  await choose(RUNTIME, path);
  await expect.poll(() => verdict('Precheck').innerText(), WITHIN).toBe('Accepted: vote for this PVF');
  const steps = await panel(page, 'Precheck').getByRole('list', { name: 'Progress' }).innerText();
  expect(steps.replace(/\s+/g, ' ')).toMatch(/Upload : done.*Prepare the PVF : done.*compiled ahead of time/);
  const told = precheck(path);
  expect(told.shortcomings.length).toBeGreaterThan(0);
  const warnings = panel(page, 'Precheck').locator('.warnings .guest-inline');
  await expect.poll(() => warnings.allInnerTexts(), WITHIN).toEqual(told.shortcomings);
  const all = await panel(page, 'Precheck').innerText();
  expect(all).toContain('unknown (traps when called): ');
  expect(all).toContain('ext_unheard_of_version_1');
  expect(all).toMatch(/CPU time\s+[\d.]+ m?s of 60\.00 s \(/);
  expect(all).toMatch(/Code as uploaded\s+[\d.]+ \w+ of 3\.0 MiB/);
  expect(await page.locator('main b').count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('what is no runtime is refused with its reason', async () => {
  await choose(RUNTIME, file('no.wasm', Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 255])));
  await expect.poll(() => verdict('Precheck').innerText(), WITHIN).toBe('Rejected: vote against this PVF');
  expect(
    await panel(seen.page, 'Precheck').getByRole('region', { name: 'What the host says' }).innerText(),
  ).not.toBe('');
});

test('progress is told while it lasts, and one can take a check back', async () => {
  await choose(RUNTIME, file('slow.wasm', slowToCompile(2_000)));
  const progress = panel(seen.page, 'Precheck').getByRole('list', { name: 'Progress' });
  await expect.poll(() => progress.innerText(), WITHIN).toContain('a worker compiles it ahead of time');
  await panel(seen.page, 'Precheck').getByRole('button', { name: 'Stop' }).click();
  expect(await panel(seen.page, 'Precheck').innerText()).toContain('You took it back.');
  expect((await progress.innerText()).replace(/\s+/g, ' ')).toMatch(
    /Upload : done.*Prepare the PVF : failed/,
  );
});

test('wrong params are told before anything is sent', async () => {
  const { page } = seen;
  await page.getByLabel('Executor params').selectOption('own');
  await page.getByLabel(/^My executor params/).fill('{');
  await choose(RUNTIME, file('adder.wasm', ADDER));
  await page.getByText('Nothing was checked').waitFor();
  await page.getByLabel(/^My executor params/).fill('[{"MaxMemoryPages": "x"}]');
  await choose(RUNTIME, file('adder.wasm', ADDER));
  await page.getByText('There is no answer').waitFor();
  await page.getByLabel('Executor params').first().selectOption('none');
});

test('a collator’s file beside it is validated: accepted, and refused with the reason', async () => {
  const { page, complaints } = seen;
  await choose(RUNTIME, file('adder.wasm', ADDER));
  await expect.poll(() => verdict('Precheck').innerText(), WITHIN).toBe('Accepted: vote for this PVF');
  await expect.poll(() => panel(page, 'Precheck').innerText(), WITHIN).toMatch(/Warnings\s+None\./);
  await drop(GOOD_POV, 'block.pov');
  await expect.poll(() => verdict('Validation').innerText(), WITHIN).toBe('The PVF accepts the block');
  await drop(BAD_POV, 'bad.pov');
  await expect
    .poll(() => verdict('Validation').innerText(), WITHIN)
    .toBe('The PVF does not accept the block');
  const all = await panel(page, 'Validation').innerText();
  expect(all).toContain('The PVF ran and refused the block.');
  expect(all).toContain('This is no vote');
  await drop(Uint8Array.from([1, 2, 3]), 'none.pov');
  await expect
    .poll(() => panel(page, 'Validation').innerText(), WITHIN)
    .toContain('a file that a collator has exported');
  expect(complaints).toEqual([]);
});

/** Drops a file on the second place, as a mouse does. */
async function drop(contents: Uint8Array, name: string): Promise<void> {
  const transfer = await seen.page.evaluateHandle(
    ([bytes, called]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes as number[])], called as string));
      return data;
    },
    [[...contents], name],
  );
  const place = panel(seen.page, '2. A block of it').locator('.drop');
  await place.dispatchEvent('dragover', { dataTransfer: transfer });
  await place.dispatchEvent('drop', { dataTransfer: transfer });
}

test('axe finds nothing on the page with both answers; a picture of it', async () => {
  await drop(BAD_POV, 'bad.pov');
  await expect
    .poll(() => verdict('Validation').innerText(), WITHIN)
    .toBe('The PVF does not accept the block');
  await expectAccessible(seen.page, 'check of a runtime');
  const target = process.env.PVF_SCREENSHOTS;
  await seen.page.setViewportSize({ width: 1_100, height: 760 });
  await seen.page.evaluate(() => scrollTo(0, 0));
  const path = target === undefined ? {} : { path: join(target, 'dashboard-check.png') };
  const image = await seen.page.screenshot({ ...path, scale: 'css' });
  expect(image.length).toBeLessThan(300_000);
});
