// What docs/debugging.md says can be seen: each row of its table in the words of `pvf`, the log, workers by hand, a report.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ADDER_PVF_PATH, adderChain } from '@pvf/example-adder-pvf';
import { compileWat, descendantsOf, guest, waitUntil } from '@pvf/test-kit';
import { describe, expect, test } from 'vitest';
import { temporaryFile } from './files.ts';
import { run } from './run.ts';
import { expectSchema } from './schema.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const PVF = fileURLToPath(new URL('../bin/pvf', import.meta.url));
const text = readFileSync(`${root}docs/debugging.md`, 'utf8');
const symptoms = [...text.matchAll(/^\| (.+?) \| .+ \|$/gm)].map(([, cell]) => cell!).slice(1);
/** Clock ticks of a job that executes a guest without end; no job of a small guest comes near. */
const AT_WORK_TICKS = 30;

const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`;
const [first] = adderChain([5n]);
const good = () =>
  temporaryFile(
    'candidate.json',
    JSON.stringify({
      parentHead: hex(first!.parentHead),
      blockData: hex(first!.blockData),
      relayParentNumber: 9,
      relayParentStorageRoot: hex(new Uint8Array(32)),
    }),
  );
const validate = (pvf: string, candidate: string, ...more: string[]) =>
  run(['validate', '--no-cache', '--pvf', pvf, '--candidate', candidate, ...more]);
const loops = () => temporaryFile('loops.wasm', guest('infinite-loop'));

/** A line of the log, a panic, a trap; function 0 is the import. */
const PANIC = "panicked at 'no', lib.rs:1";
const LOGS = compileWat(`(module
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 4096))
  (data (i32.const 100) "runtime") (data (i32.const 200) "${PANIC}") (data (i32.const 300) "a note")
  (func (export "validate_block") (param i32 i32) (result i64)
    (call $log (i32.const 0) (i64.const 0x0700000064) (i64.const ${(6n << 32n) | 300n}))
    (call $log (i32.const 0) (i64.const 0x0700000064) (i64.const ${(BigInt(PANIC.length) << 32n) | 200n}))
    unreachable))`);

/** Logs 200 lines, then traps. */
const TALKATIVE = compileWat(`(module
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 4096))
  (data (i32.const 100) "runtime") (data (i32.const 300) "a note")
  (func (export "validate_block") (param i32 i32) (result i64) (local $i i32)
    (loop $next
      (call $log (i32.const 0) (i64.const 0x0700000064) (i64.const ${(6n << 32n) | 300n}))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 200))))
    unreachable))`);

async function outcomeOf(pvf: string, candidate: string) {
  const { stdout } = await validate(pvf, candidate, '--json');
  return expectSchema(stdout).candidates[0].outcome;
}

/** By what the first column says. */
const SEEN: Readonly<Record<string, () => Promise<void>>> = {
  '`pvf` exits with 2': async () => {
    const { code, stderr } = await run(['precheck', '/nowhere/pvf.wasm']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/\/nowhere\/pvf\.wasm: ENOENT\n.*no such file/);
  },
  'the start is refused: `LIMITS_TOO_LOW`, `TRIAL_FAILED`': async () => {
    const { status, stderr } = spawnSync(
      '/bin/sh',
      ['-c', 'ulimit -n 64; exec "$@"', 'sh', PVF, 'precheck', '--no-cache', ADDER_PVF_PATH],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([2, expect.stringMatching(/descriptors.+LimitNOFILE=/s)]);
  },
  '`not decided, the PVF cannot be prepared`, precheck `rejected`; outcome `preparation-failed`':
    async () => {
      const pvf = temporaryFile('pvf.wasm', guest('sign-extension'));
      expect((await run(['precheck', '--no-cache', pvf])).stdout).toMatch(/rejected/);
      expect((await validate(pvf, good())).stdout).toContain('not decided, the PVF cannot be prepared');
      expect(await outcomeOf(pvf, good())).toMatchObject({ kind: 'preparation-failed' });
      expect((await run(['inspect', pvf])).stdout).toMatch(/sign.extension/i);
    },
  '`not accepted` (with a receipt `invalid`), `the PVF refused it`; outcome `invalid`, rule `refused-by-pvf`':
    async () => {
      const pvf = temporaryFile('pvf.wasm', LOGS);
      const { stdout } = await validate(pvf, good());
      expect(stdout).toContain('not accepted, the PVF refused it');
      expect(stdout).toContain(`trap: unreachable: ${PANIC}`);
      expect(stdout).toMatch(/the PVF logged:\s+error runtime: a note/);
      expect(stdout).toMatch(/functions that had not returned, the innermost first:\s+0: <wasm function 1>/);
      expect(await outcomeOf(pvf, good())).toMatchObject({ kind: 'invalid', rule: 'refused-by-pvf' });
    },
  '`not accepted after all doubts (job-died)`; outcome `possibly-invalid`': async () => {
    const answer = validate(loops(), good(), '--kind', 'backing', '--timeout', '60000', '--verbose');
    await waitUntil('the job to be at work', () => {
      const job = descendantsOf(process.pid).find(
        ({ parent, cpuTicks }) => parent !== process.pid && cpuTicks >= AT_WORK_TICKS,
      );
      if (job !== undefined) process.kill(job.pid, 'SIGKILL');
      return job !== undefined;
    });
    const { stdout } = await answer;
    expect(stdout).toMatch(/not accepted after all doubts \(job-died\).+received signal: SIGKILL/s);
  },
};

/** What takes a disturbed machine has its tests where the disturbances are. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  '`fit for secure mode: NO`, `MISSING` in `pvf doctor`': 'packages/cli/test/doctor.test.ts',
  '`not decided, a fault of this machine (worker-not-started)`; outcome `internal`':
    'packages/host/test/host/workers.test.ts',
  'any other `fault of this machine`; outcome `internal`': 'packages/host/test/integration/full-disk.test.ts',
};

describe('first: which layer', () => {
  test('every row is looked at', () => {
    expect([...Object.keys(SEEN), ...Object.keys(ELSEWHERE)].sort()).toEqual([...symptoms].sort());
    expect(Object.values(ELSEWHERE).filter((file) => !existsSync(`${root}${file}`))).toEqual([]);
  });
  test.each(Object.entries(SEEN))('%s', (_, look) => look());
});

test('--verbose prints what host and workers log, a guest’s own lines among them', async () => {
  const pvf = temporaryFile('pvf.wasm', LOGS);
  const quiet = await validate(pvf, good());
  const { stderr } = await validate(pvf, good(), '--verbose');
  expect(quiet.stderr).not.toMatch(/^debug: /m);
  expect(stderr).toMatch(/^debug: /m);
  expect(stderr).toContain('"guest":true');
});

test('of a job’s lines the first 64 and the last 32 are told, and how many are missing', async () => {
  const pvf = temporaryFile('pvf.wasm', TALKATIVE);
  const { stderr } = await validate(pvf, good(), '--verbose');
  const guests = stderr.split('\n').filter((line) => line.includes('"guest":true'));
  expect(guests.filter((line) => line.includes('a note'))).toHaveLength(64 + 32);
  expect(guests.filter((line) => line.includes('"leftOut":104'))).toHaveLength(1);
});

test('workers answer by hand: their version, and a check with 0 or with the reason', () => {
  const commands = [...text.matchAll(/^(packages\/\S+ --\S+)/gm)].map(([, command]) => command!);
  expect(commands).toHaveLength(4);
  const answers = commands.map((command) =>
    spawnSync('/bin/sh', ['-c', command], { cwd: root, encoding: 'utf8' }),
  );
  expect(answers[0]!.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  for (const { status, stdout, stderr } of answers.slice(1))
    expect(status === 0 ? 'reason' : `${stdout}${stderr}`).toMatch(/\w/);
});

test('a guest without end is a cpu-timeout, with the time it used', async () => {
  const { stdout } = await validate(loops(), good(), '--kind', 'backing', '--timeout', '300');
  expect(stdout).toMatch(/used up its CPU time.+CPU .+ of 300\.0 ms/s);
});

test('the reproduction with --no-cache is the same every time', async () => {
  const told = async () => {
    const outcome = await outcomeOf(ADDER_PVF_PATH, good());
    return { kind: outcome.kind, result: outcome.result, fromCache: outcome.artifact.fromCache };
  };
  const once = await told();
  expect(once).toMatchObject({ kind: 'valid', fromCache: false });
  expect(await told()).toEqual(once);
});
