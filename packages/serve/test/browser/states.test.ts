// What no real host shows at will, from a double of the service: a slow machine, missing layers, a wrong token, ten
// thousand outcomes, the keyboard alone.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { expectAccessible, open, PHONE, panel, type Seen, startBrowser } from './support/browser.ts';
import { HOSTILE } from './support/candidates.ts';
import { FakeService } from './support/fake-service.ts';
import { refusedRecord, someCluster, validRecord } from './support/some-answers.ts';
import { checkScripts } from './support/some-checks.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

const WITHIN = { timeout: 30_000, interval: 200 };

async function openFake(prepare: (service: FakeService) => void = () => {}, hash = '') {
  const service = new FakeService();
  prepare(service);
  await service.start();
  onTestFinished(() => service.stop());
  const seen: Seen = await open(browser, `${service.url}${hash}`);
  onTestFinished(() => seen.close());
  return { service, ...seen };
}

test('a machine that is too slow is told at once, with what to do', async () => {
  const { page, service, complaints } = await openFake((fake) => {
    fake.status = { ...fake.status, slowMachine: { queueTime: true, cpuShare: true } };
  });
  const alerts = page.getByRole('alert');
  await expect.poll(() => alerts.count(), WITHIN).toBe(2);
  service.event('slow-machine', { slow: true, sign: 'cpu-share', remedy: 'buy <b>two</b> of them' });
  await expect
    .poll(async () => (await alerts.allInnerTexts()).join(), WITHIN)
    .toContain('buy <b>two</b> of them');
  await expectAccessible(page, 'slow machine');
  service.status = { ...service.status, slowMachine: { queueTime: false, cpuShare: false } };
  await expect.poll(() => alerts.count(), WITHIN).toBe(0);
  expect(complaints).toEqual([]);
});

test('a layer that is missing is told with its reason and what to change where', async () => {
  const { page } = await openFake((fake) => {
    const [landlock, ...others] = fake.status.security.layers;
    const missing = {
      ...landlock!,
      available: false,
      reason: 'the kernel is <i>too old</i>',
      remedies: { docker: '--security-opt seccomp=unconfined', shell: 'Linux 5.13' },
    };
    const security = {
      ...fake.status.security,
      layers: [missing, ...others],
      lost: { 'cgroup.kill': 'no <i>' },
    };
    fake.status = { ...fake.status, security };
  });
  const layers = panel(page, 'Layers of isolation');
  for (const words of [
    'the kernel is <i>too old</i>',
    'In Docker',
    '--security-opt seccomp=unconfined',
    'Linux 5.13',
    'cgroup.kill',
  ])
    await expect.poll(() => layers.innerText(), WITHIN).toContain(words);
  await layers.getByText('What to change').last().click();
  expect(await layers.innerText()).toContain('Delegate=yes');
  await expectAccessible(page, 'missing layers');
});

test('without the token the page asks for it; a wrong one is told, the right one opens it', async () => {
  const { page } = await openFake((fake) => {
    fake.token = 'the-right-token-of-it';
  });
  await page.getByText('This service wants its token').waitFor();
  await expectAccessible(page, 'token');
  for (const token of ['the-wrong-token-of-it', 'the-right-token-of-it']) {
    await page.getByLabel('Token', { exact: true }).fill(token);
    await page.keyboard.press('Enter');
    await page.getByText('Connecting', { exact: true }).waitFor({ state: 'detached' });
    if (token.includes('wrong')) await page.getByText('This service wants its token').waitFor();
  }
  await page.getByText('Live', { exact: true }).waitFor();
});

test('a cluster is shown where the service watches one: agents, rates, backlog, failures; its words as text', async () => {
  const { page, service, complaints } = await openFake((fake) => {
    fake.status = { ...fake.status, cluster: true };
    fake.cluster = someCluster(`${HOSTILE}\u202e<b>not markup</b>`);
  });
  const cluster = panel(page, 'Cluster');
  for (const words of [
    'NATS 2.15.3, cluster cell-1',
    '82.6 results a second',
    '1,190 jobs wait, agents have 16',
    '5,017',
    '25',
    'PVF_JOBS',
    'and 1,202 more',
  ])
    await expect.poll(() => cluster.innerText(), WITHIN).toContain(words);
  expect(await cluster.innerText()).not.toContain('PVF_RESULTS');
  const row = (table: string, name: string) =>
    cluster
      .getByRole('region', { name: table })
      .locator('tbody tr', { has: page.getByText(name, { exact: true }) })
      .locator('td');
  const agent = row('Agents of the cluster', 'machine-1');
  expect((await agent.allInnerTexts()).slice(2)).toEqual(['7 of 8', '41.3', '18,204', '0']);
  expect(await cluster.innerText()).toContain('1 takes nothing');
  expect(await row('Runs of the cluster', 'july').allInnerTexts()).toEqual(['open', '0.1.0', '2', '1,206']);
  await cluster.getByText('Jobs that no agent could answer').click();
  await cluster.getByText('july.8120.0').waitFor();
  expect(await cluster.locator('b, img, script').count()).toBe(0);
  expect(await cluster.innerText()).not.toContain('\u202e');
  await expectAccessible(page, 'cluster');

  service.cluster = undefined;
  await cluster.getByText('The cluster cannot be read now').waitFor();
  expect(await cluster.innerText()).toContain('What is shown is from');
  expect(await page.getByText('The numbers may be old').count()).toBe(0);
  await expectAccessible(page, 'cluster that cannot be read');
  service.cluster = { ...someCluster('x'), waiting: 3 };
  await cluster.getByText('3 jobs wait, agents have 16').waitFor();
  expect(await cluster.getByText('cannot be read').count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('a service that watches no cluster shows none, and is not asked about one', async () => {
  const { page, service } = await openFake();
  await page.getByText('Live', { exact: true }).waitFor();
  const asked = (what: string) => service.asked.filter((each) => each === `GET /v1/${what}`).length;
  await expect.poll(() => asked('status'), WITHIN).toBeGreaterThan(3);
  expect([asked('cluster'), await panel(page, 'Cluster').count()]).toEqual([0, 0]);
});

test('everything can be reached and used with the keyboard alone', async () => {
  const { page, service } = await openFake();
  for (let n = 0; n < 3; n++) service.outcome(refusedRecord('a panic', n));
  await page.locator('.outcome-row').first().waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  const reached: string[] = [];
  for (let steps = 0; steps < 60; steps++) {
    await page.keyboard.press('Tab');
    const { name, outline } = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const style = getComputedStyle(element);
      const label =
        element.getAttribute('aria-label') ?? (element.textContent || element.closest('label')?.textContent);
      return {
        name: `${element.tagName} ${label}`,
        outline: style.outlineStyle !== 'none' || style.boxShadow !== 'none',
      };
    });
    if (name.startsWith('BODY')) break;
    expect(outline, `${name} shows that it has the focus`).toBe(true);
    reached.push(name);
    if (name.includes('a panic')) {
      await page.keyboard.press('Enter');
      break;
    }
  }
  expect(reached.at(-1)).toContain('a panic');
  expect(reached.join('\n')).toContain('Pause the list');
  await page.getByRole('region', { name: 'Panic of the PVF' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-expanded'))).toBe('true');
  await page.getByRole('link', { name: 'Check a runtime' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '1. The runtime' }).waitFor();
  await page.getByLabel(/^Drop a runtime here/).focus();
  expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).type)).toBe('file');
});

test('a service that ends during a check is told at the step that it had come to', async () => {
  const { page, service, complaints } = await openFake((fake) => {
    fake.script = checkScripts.busy;
    fake.inspection = checkScripts.inspection;
  }, '#/check');
  const file = { name: 'x.wasm', mimeType: 'application/wasm', buffer: Buffer.from('code') };
  await page.getByLabel(/^Drop a runtime here/).setInputFiles(file);
  await page.getByText('Ask again once it has started.').waitFor();
  const steps = page.getByRole('list', { name: 'Progress' });
  expect((await steps.innerText()).replace(/\s+/g, ' ')).toMatch(/Upload : done.*Prepare the PVF : failed/);
  service.script = checkScripts.accepted;
  await page.getByRole('button', { name: 'Check again' }).click();
  await page.getByText('Accepted: vote for this PVF').waitFor();
  expect(complaints).toEqual([]);
});

test('ten thousand outcomes leave the page as large as hundreds do, and it stays at hand', async () => {
  const { page, service, complaints } = await openFake();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.setViewportSize(PHONE);
  await page.evaluate(() => {
    const watched = globalThis as unknown as { tasks: number[]; draws: number };
    watched.tasks = [];
    watched.draws = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) watched.tasks.push(duration);
    }).observe({ entryTypes: ['longtask'] });
    const list = document.querySelector('.outcomes')?.parentElement ?? document.body;
    new MutationObserver(() => {
      watched.draws += 1;
    }).observe(list, { childList: true, subtree: true });
  });
  const session = await page.context().newCDPSession(page);
  const measure = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return await page.evaluate(() => ({
      heap: (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
      nodes: document.querySelectorAll('*').length,
      list: document.querySelectorAll('.outcome-row').length,
    }));
  };
  const long = `${HOSTILE}${'x'.repeat(2_000)}`;
  let sent = 0;
  const send = async (count: number) => {
    for (const end = sent + count; sent < end; sent++) {
      service.outcome(sent % 10 === 9 ? refusedRecord(long, sent) : validRecord(sent));
      if (sent % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { id } = service.last;
    // Paused lists would not follow: the newest is on the first page.
    await expect
      .poll(
        () => page.evaluate(() => document.querySelector('.outcome-row time')?.getAttribute('datetime')),
        WITHIN,
      )
      .toBe(service.last.at);
    expect(id).toContain(String(sent));
  };
  await send(1_000);
  const before = await measure();
  await send(10_000);
  const after = await measure();
  const { tasks, draws } = await page.evaluate(() => {
    const watched = globalThis as unknown as { tasks: number[]; draws: number };
    return { tasks: watched.tasks, draws: watched.draws };
  });
  const longest = Math.round(Math.max(0, ...tasks));
  console.log(
    `10,000 outcomes: heap ${(before.heap / 1e6).toFixed(1)} → ${(after.heap / 1e6).toFixed(1)} MB, ${before.nodes} → ${after.nodes} elements, ${draws} changes of the page, longest task ${longest} ms`,
  );
  expect(after.list).toBe(20);
  expect(after.nodes).toBeLessThan(before.nodes + 200);
  expect(after.heap).toBeLessThan(before.heap + 4 * 2 ** 20);
  // Far fewer than there were outcomes: the page is drawn a few times a second.
  expect(draws).toBeLessThan(2_000);
  // A bound for a page that hangs; how fast it draws is no matter of tests.
  expect(longest).toBeLessThan(5_000);
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByText('Page 2 of 25').waitFor();
  expect(complaints).toEqual([]);
});

test('pictures of the overview, for the docs', async () => {
  const { page, service } = await openFake();
  for (let n = 0; n < 5; n++) service.outcome(n === 2 ? refusedRecord('a panic', n) : validRecord(n));
  await page.locator('.outcome-row').nth(4).waitFor();
  const folder = process.env.PVF_SCREENSHOTS;
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  for (const [name, colorScheme, viewport] of [
    ['dashboard.png', 'light', { width: 1_100, height: 860 }],
    ['dashboard-phone-dark.png', 'dark', PHONE],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const path = folder === undefined ? {} : { path: join(folder, name) };
    const image = await page.screenshot({ ...path, scale: 'css' });
    expect(image.length).toBeGreaterThan(10_000);
    expect(image.length).toBeLessThan(300_000);
  }
});
