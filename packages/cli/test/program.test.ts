// bin/pvf as a process: started as a user starts it, interrupted as a user interrupts it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { EXIT } from '@pvf/cli';
import { ADDER_PVF_PATH } from '@pvf/example-adder-pvf';
import { descendantsOf, isAlive, slowToCompile, waitUntil } from '@pvf/test-kit';
import { expect, test } from 'vitest';
import { temporaryDirectory, temporaryFile } from './files.ts';

const BIN = fileURLToPath(new URL('../bin/pvf', import.meta.url));

function start(program: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([stdout, stderr, [code]]) => ({ code: code as number | null, stdout, stderr }),
  );
  return { child, ended };
}

test('starts through a symbolic link', async () => {
  const link = join(temporaryDirectory(), 'pvf');
  symlinkSync(BIN, link);
  const { code, stdout } = await start(link, ['precheck', '--no-cache', ADDER_PVF_PATH]).ended;
  expect(code).toBe(EXIT.ok);
  expect(stdout).toContain('accepted');
});

test('says so when there is no node', async () => {
  // A PATH with nothing but what the launcher itself calls.
  const directory = temporaryDirectory();
  for (const tool of ['dirname', 'readlink']) symlinkSync(`/usr/bin/${tool}`, join(directory, tool));
  const { code, stderr } = await start(BIN, ['--version'], { PATH: directory }).ended;
  expect(code).toBe(EXIT.badInput);
  expect(stderr).toContain('no node on the PATH');
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s during a compilation ends everything in order',
  async (signal) => {
    const cache = temporaryDirectory();
    const slow = temporaryFile('slow.wasm', slowToCompile(3_000));
    const { child, ended } = start(BIN, ['precheck', '--cache-dir', cache, slow]);
    // The worker and, below it, the job.
    const running = await waitUntil('a job compiles', () => {
      const found = descendantsOf(child.pid!).filter(({ command }) => command.includes('--worker-dir-path'));
      return found.length >= 2 && found;
    });
    child.kill(signal);
    const { code, stderr } = await ended;
    expect(code).toBe(EXIT.interrupted);
    expect(stderr).not.toMatch(/\bat .*:\d+/);
    expect(running.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect(readdirSync(cache)).toEqual([]);
  },
);

test('a reader that stops early is no error', async () => {
  const { ended } = start('/bin/sh', ['-c', `"${BIN}" inspect "${ADDER_PVF_PATH}" | head -n 1`]);
  const { code, stdout, stderr } = await ended;
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^size/);
});
