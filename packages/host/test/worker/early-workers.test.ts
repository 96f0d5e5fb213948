import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '@pvf/test-kit';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { EarlyWorkers } from '../../src/worker/early-workers.ts';
import type { SpawnSettings } from '../../src/worker/spawn-settings.ts';
import { tempDir } from '../support/fake-worker.ts';

const HANDSHAKE = Uint8Array.of(1, 2, 3);
const PATIENCE_MS = 20_000;
/** Connects to the socket that it is given and lives until the other end goes. */
const SERVE = `'${process.execPath}' -e '
const { connect } = require("node:net");
const at = process.argv.indexOf("--socket-path");
connect(process.argv[at + 1]).on("close", () => process.exit()).on("error", () => process.exit()).resume();
' -- "$@"`;

/** A program in sh; what its words were is in `$SAID`, one call a line. */
function program(script: string) {
  const dir = tempDir();
  const runDir = tempDir();
  const path = join(dir, 'program');
  writeFileSync(path, `#!/bin/sh\necho "$*" >> '${dir}/calls'\n${script}\n`);
  chmodSync(path, 0o755);
  const settings: SpawnSettings = {
    kind: 'prepare',
    program: path,
    nodeVersion: undefined,
    runDir,
    socketDir: tempDir(),
    timeoutMs: PATIENCE_MS,
    niceness: undefined,
    log: undefined,
    clock: systemClock,
    logger: pino({ level: 'silent' }),
  };
  const early = new EarlyWorkers();
  const ask = (timeoutMs = PATIENCE_MS) => early.ask(settings, ['--capabilities'], timeoutMs);
  return { early, ask, left: () => [...readdirSync(runDir), ...readdirSync(settings.socketDir)] };
}

describe('a program that tells and goes on as a worker', () => {
  it('is greeted later, and is the worker then', async () => {
    const { early, ask, left } = program(`echo version=7; echo serves=1; exec ${SERVE}`);
    expect(await ask()).toMatchObject({ status: 0, stdout: expect.stringContaining('version=7') });
    const launched = early.take('prepare');
    expect(early.take('prepare')).toBeUndefined();
    expect(early.take('execute')).toBeUndefined();
    let gone = 0;
    const worker = await launched!.greet([HANDSHAKE], new AbortController().signal, () => (gone += 1));
    expect(worker.pid).toBe(launched!.child.pid);
    await early.dispose();
    expect(worker.connection.isBroken).toBe(false);
    await worker.dispose();
    expect(left()).toEqual([]);
    expect(gone).toBe(1);
  });

  it('is ended, with all that was made for it, if nobody takes it', async () => {
    const { early, ask, left } = program(`echo serves=1; exec ${SERVE}`);
    await ask();
    const { child } = early.take('prepare')!;
    expect(child.exitCode).toBeNull();
    // Asked once more, because the first one is the caller's now.
    await ask();
    await early.dispose();
    expect(early.take('prepare')).toBeUndefined();
    process.kill(-child.pid!, 'SIGKILL');
    expect(left()).toHaveLength(2);
  });

  it('is ended while it tells, if it is not needed any more', async () => {
    const { early, ask, left } = program('exec sleep 1000');
    const answer = ask();
    await waitUntil('the program', () => left().length > 0);
    await early.dispose();
    expect(left()).toEqual([]);
    expect(await answer).toMatchObject({ status: null });
    expect(await ask()).toMatchObject({ status: null });
    expect(left()).toEqual([]);
  });

  it('cannot be greeted once it has died, and leaves nothing', async () => {
    const { early, ask, left } = program('echo serves=1; echo I am tired >&2');
    await ask();
    const greeted = early.take('prepare')!.greet([HANDSHAKE], new AbortController().signal, () => {});
    await expect(greeted).rejects.toThrow('ended before it connected');
    expect(left()).toEqual([]);
  });
});

describe('a program that only tells', () => {
  it('is no worker, whatever it makes of the words that it does not know', async () => {
    const { early, ask, left } = program('echo version=7');
    expect(await ask()).toMatchObject({ status: 0, stdout: 'version=7\n' });
    expect(early.take('prepare')).toBeUndefined();
    expect(left()).toEqual([]);
  });

  it('is asked again without them if it refuses them', async () => {
    const { early, ask, left } = program('[ $# -gt 1 ] && exit 2; echo version=7');
    expect(await ask()).toMatchObject({ status: 0, stdout: 'version=7\n' });
    expect(early.take('prepare')).toBeUndefined();
    expect(left()).toEqual([]);
  });

  it('is ended when it takes too long', async () => {
    const { early, ask, left } = program('echo version=7; exec sleep 1000');
    expect(await ask(500)).toMatchObject({ status: null, timedOut: true });
    expect(early.take('prepare')).toBeUndefined();
    expect(left()).toEqual([]);
  });
});
