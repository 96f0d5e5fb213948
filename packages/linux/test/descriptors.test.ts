// What is done with descriptors, in the process of the test itself.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createMemfd, pipe, poll, readAt, setNonBlocking, writeAll } from '../src/index.ts';
import { openDescriptors } from '../src/io/open-descriptors.ts';

const directory = mkdtempSync(join(tmpdir(), 'pvf-descriptors-'));
afterAll(() => rmSync(directory, { recursive: true }));

const CLOSES_ON_EXEC = 0o2000000;
const flagsOf = (fd: number): number =>
  Number.parseInt(/^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))![1]!, 8);

test.each([
  [{}, CLOSES_ON_EXEC],
  [{ inherit: true }, 0],
])('memory with a descriptor closes on exec unless it is to be inherited: %o', (options, expected) => {
  const fd = createMemfd('test', 10, options);
  expect(flagsOf(fd) & CLOSES_ON_EXEC).toBe(expected);
  closeSync(fd);
});

test('a read at a place leaves the position alone', () => {
  const path = join(directory, 'letters');
  writeFileSync(path, 'abcdef');
  const fd = openSync(path, 'r');
  const bytes = Buffer.alloc(2);
  expect([readAt(fd, bytes, 3), bytes.toString()]).toEqual([2, 'de']);
  expect([readSync(fd, bytes), bytes.toString()]).toEqual([2, 'ab']);
  expect([readAt(fd, bytes, 5), bytes.toString('utf8', 0, 1)]).toEqual([1, 'f']);
  expect(readAt(fd, bytes, 6)).toBe(0);
  closeSync(fd);
});

test('all descriptors are seen, however many', () => {
  const opened = Array.from({ length: 800 }, () => openSync('/dev/null', 'r'));
  const seen = openDescriptors()!;
  expect(new Set(seen).size).toBe(seen.length);
  expect(opened.filter((fd) => !seen.includes(fd))).toEqual([]);
  for (const fd of opened) closeSync(fd);
  expect(openDescriptors()!.length).toBe(seen.length - opened.length);
});

describe('what is written to a pipe', () => {
  test.each([true, false])('arrives whole and in order, non-blocking: %s', async (nonBlocking) => {
    const bytes = Buffer.alloc(1 << 20);
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(at, at);
    const { readFd, writeFd } = pipe();
    setNonBlocking(writeFd, nonBlocking);
    const path = join(directory, `written-${nonBlocking}`);
    const file = openSync(path, 'w');
    const reader = spawn('cat', { stdio: [readFd, file, 'inherit'] });
    const ended = once(reader, 'close');
    closeSync(readFd);
    writeAll(writeFd, bytes);
    closeSync(writeFd);
    await ended;
    closeSync(file);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

describe('a wait', () => {
  test('never ends early, not by fractions of a millisecond either', () => {
    for (const ms of [0.25, 0.5, 1.75]) {
      const begun = performance.now();
      expect(poll([], ms)).toBe(0);
      expect(performance.now() - begun).toBeGreaterThanOrEqual(ms);
    }
  });

  test('that signals interrupt again and again ends all the same', () => {
    const index = new URL('../src/index.ts', import.meta.url).href;
    const script = `
      const { poll } = await import(${JSON.stringify(index)});
      const { spawn } = await import('node:child_process');
      process.on('SIGUSR2', () => {});
      const shell = spawn('sh', ['-c', 'while kill -USR2 $PPID; do sleep 0.02; done'], { stdio: 'ignore' });
      poll([], 1000);
      shell.kill('SIGKILL');
      process.exit(7);`;
    const { status } = spawnSync(
      process.execPath,
      ['--no-warnings', '--input-type=module', '--eval', script],
      {
        timeout: 30_000,
        killSignal: 'SIGKILL',
      },
    );
    expect(status).toBe(7);
  });
});
