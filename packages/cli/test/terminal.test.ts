import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { ReplayProgress } from '../src/commands/replay/progress.ts';
import { formatLogLine } from '../src/output/logger.ts';
import { oneLine } from '../src/output/outcomes.ts';
import { type Output, Terminal } from '../src/output/terminal.ts';
import { Screen } from './screen.ts';

/** What draws is loaded first, which a busy machine takes its time for. */
const PATIENCE = { timeout: 60_000 };

function output(isTTY: boolean): { stream: Output; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY });
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  return { stream, text: () => text };
}

test('without a terminal each step is one line', () => {
  const { stream, text } = output(false);
  const terminal = new Terminal(stream, { quiet: false });
  for (const step of ['a', 'a', 'b']) terminal.step(step);
  terminal.message('note');
  terminal.done();
  expect(text()).toBe('a …\nb …\nnote\n');
});

test('on a terminal one line moves, however long the step is, and nothing of it stays', async () => {
  const screen = new Screen();
  const terminal = new Terminal(screen.output, { quiet: false });
  terminal.step(`${'a-very-long-path/'.repeat(12)}runtime.wasm: preparing`);
  await vi.waitFor(() => expect(screen.written).toContain('preparing'), PATIENCE);
  await new Promise((resolve) => setTimeout(resolve, 300));
  terminal.message('note');
  expect(await screen.lines()).toEqual([
    'note',
    expect.stringMatching(/^. a-very-.*….*preparing( \(\d+ s\))?$/),
  ]);
  terminal.step('another');
  await vi.waitFor(async () => expect((await screen.lines()).at(-1)).toMatch(/^. another/), PATIENCE);
  terminal.done();
  expect(await screen.lines()).toEqual(['note']);
});

test('a bar on a terminal of 80 columns takes one line, below what is said, and none at the end', async () => {
  const screen = new Screen();
  let now = 0;
  const progress = await ReplayProgress.start(screen.output, 5_000, false, () => now);
  for (let step = 1; step <= 1_200; step++) {
    now = step * 50;
    progress.step(true);
  }
  await vi.waitFor(async () => {
    expect(await screen.lines()).toEqual([
      expect.stringMatching(/^█+░+ 1,200 of 5,000 \(24 %\), 20\/s, 3 min left$/),
    ]);
  }, PATIENCE);
  progress.message('nothing comes');
  progress.step(true);
  const bar = expect.stringMatching(/^█+░+ 1,201 of 5,000 /);
  await vi.waitFor(async () => expect(await screen.lines()).toEqual(['nothing comes', bar]), PATIENCE);
  progress.stop();
  expect(await screen.lines()).toEqual(['nothing comes']);
});

test('without a terminal a replay tells of itself now and then', async () => {
  const { stream, text } = output(false);
  let now = 0;
  const progress = await ReplayProgress.start(stream, 1_000, false, () => now);
  for (let step = 1; step <= 900; step++) {
    now = step * 50;
    progress.step(true);
  }
  progress.stop();
  expect(text().trimEnd().split('\n')).toHaveLength(4);
});

test('when quiet only messages are printed', () => {
  const { stream, text } = output(false);
  const terminal = new Terminal(stream, { quiet: true });
  terminal.step('a');
  terminal.message('note');
  expect(text()).toBe('note\n');
});

test('a log line for people', () => {
  const line = JSON.stringify({
    level: 40,
    msg: 'worker died',
    pid: 7,
    err: { message: 'gone', stack: 'at …' },
  });
  expect(formatLogLine(line)).toBe('warning: worker died (pid=7, err=gone)');
});

test('what a guest says cannot move the cursor', () => {
  expect(oneLine('trap\n  at \x1b[31mred\u202e')).toBe('trap | at �[31mred�');
});
