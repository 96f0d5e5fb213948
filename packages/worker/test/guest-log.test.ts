import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { cutAt, GuestLog } from '../src/worker/guest-log.ts';

const utf8 = (text: string): Uint8Array => Buffer.from(text);

/** What a log writes, line by line. */
function logged(level: number, use: (log: GuestLog) => void): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'pvf-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'log');
  const fd = openSync(path, 'w');
  use(new GuestLog('execute', level, fd));
  closeSync(fd);
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

const line = (message: string, level = 0) => ({ level, target: utf8('runtime'), message: utf8(message) });

it('a line is JSON with level, target and the job, and begins so that it can be told from a worker’s own', () => {
  const lines = logged(5, (log) => log.write(7, [line('a'), line('b', 4)], 0));
  expect(lines.map((each) => JSON.parse(each))).toMatchObject([
    { guest: true, level: 50, worker: 'execute', pid: process.pid, jobPid: 7, target: 'runtime', msg: 'a' },
    { level: 10, msg: 'b' },
  ]);
  for (const each of lines) expect(each).toMatch(/^\{"guest":true,/);
});

it.each([
  [0, []],
  [1, [50]],
  [3, [50, 40, 30]],
  [5, [50, 40, 30, 20, 10]],
])('the worker’s level %i lets through %j', (level, expected) => {
  const lines = logged(level, (log) =>
    log.write(
      1,
      [0, 1, 2, 3, 4].map((each) => line('x', each)),
      0,
    ),
  );
  expect(lines.map((each) => JSON.parse(each).level)).toEqual(expected);
});

it.each([
  'a "quoted" \\ text',
  'two\nlines\r\nand a tab\t',
  '\u001b[2Jterminal\u009b31m\u0000\u007f',
  'left \u202e right \u2066 mark \u200f hidden \u200b \ufeff \u2028 line',
  'größer – 溢出 – 💥 – é – \u00a0 – \uffff',
])('%j is one line of printable characters, and says the same', (message) => {
  const [text = '', ...more] = logged(1, (log) => log.write(1, [line(message)], 0));
  expect(more).toEqual([]);
  expect(JSON.parse(text).msg).toBe(message);
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

it('every character of the basic plane comes back, and no control or format character is written as it is', () => {
  const codes = Array.from({ length: 0xfffd }, (_, code) => code).filter(
    (code) => code < 0xd800 || code > 0xdfff,
  );
  const texts = Array.from({ length: Math.ceil(codes.length / 200) }, (_, i) =>
    String.fromCodePoint(...codes.slice(i * 200, (i + 1) * 200)),
  );
  const lines = logged(1, (log) =>
    log.write(
      1,
      texts.map((text) => line(text)),
      0,
    ),
  );
  expect(lines.map((each) => JSON.parse(each).msg).join('')).toBe(texts.join(''));
  expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u);
});

it('a long message is cut between two characters', () => {
  const [text = ''] = logged(1, (log) => log.write(1, [line(`x${'ü'.repeat(5_000)}`)], 0));
  const { msg } = JSON.parse(text);
  expect(msg).toMatch(/^xü+$/);
  expect(Buffer.byteLength(msg)).toBeLessThanOrEqual(640);
  expect(cutAt(utf8('aü'), 2)).toBe(1);
  expect(cutAt(utf8('aü'), 3)).toBe(3);
});

it('how many lines are missing is said', () => {
  const [text = ''] = logged(1, (log) => log.write(1, [], 12));
  expect(JSON.parse(text)).toMatchObject({ guest: true, leftOut: 12 });
  expect(logged(0, (log) => log.write(1, [], 12))).toEqual([]);
});
