import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { formatLogLine } from '../src/output/logger.ts';
import { oneLine } from '../src/output/outcomes.ts';
import { type Output, Terminal } from '../src/output/terminal.ts';

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

test('on a terminal the line moves and leaves nothing behind', () => {
  vi.useFakeTimers();
  const { stream, text } = output(true);
  const terminal = new Terminal(stream, { quiet: false });
  terminal.step('a');
  vi.advanceTimersByTime(2_000);
  terminal.message('note');
  terminal.done();
  vi.useRealTimers();
  expect(text()).toContain('a (1 s)');
  expect(text()).toContain('\x1b[2Knote\n');
  expect(text().endsWith('\r\x1b[2K')).toBe(true);
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
