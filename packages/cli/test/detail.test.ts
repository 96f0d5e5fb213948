import { compileWat, guest } from '@pvf/test-kit';
import { expect, test } from 'vitest';
import { temporaryFile } from './files.ts';
import { run } from './run.ts';
import { expectSchema } from './schema.ts';

const PANIC = "panicked at 'state root mismatch', lib.rs:42";
const NOTE = 'before \u001b[31mthat';
/** Logs a note with a control character and a panic, then traps. */
const TALKS = compileWat(`(module
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 4096))
  (data (i32.const 100) "runtime") (data (i32.const 200) "${PANIC}")
  (data (i32.const 300) "before \\1b[31mthat")
  (func $inner
    (call $log (i32.const 0) (i64.const 0x0700000064) (i64.const ${(BigInt(NOTE.length) << 32n) | 300n}))
    (call $log (i32.const 0) (i64.const 0x0700000064) (i64.const ${(BigInt(PANIC.length) << 32n) | 200n}))
    unreachable)
  (func (export "validate_block") (param i32 i32) (result i64) (call $inner) (i64.const 0)))`);

const validate = (code: Uint8Array, ...more: string[]) =>
  run([
    ...['validate', '--no-cache', '--kind', 'backing', '--pvf', temporaryFile('pvf.wasm', code)],
    ...['--candidate', temporaryFile('candidate.json', JSON.stringify(CANDIDATE)), ...more],
  ]);
const CANDIDATE = {
  parentHead: '0x',
  blockData: '0x0000000000000000',
  relayParentNumber: 1,
  relayParentStorageRoot: `0x${'00'.repeat(32)}`,
};

test('a refused block is told in its PVF’s own words, with functions and log', async () => {
  const { stdout } = await validate(TALKS);
  expect(stdout).toContain(`execute: trap: unreachable: ${PANIC}`);
  expect(stdout).toContain('0: <wasm function 1>');
  expect(stdout).toContain('1: <wasm function 2>');
  expect(stdout).toContain('error runtime: before \u{fffd}[31mthat');
  expect(stdout).toMatch(
    /used of what is allowed: CPU .+ of 2\.00 s \(.+ %\), memory 64\.0 KiB of 130\.0 MiB/,
  );
});

test('of a job that was killed, what its process held is told', async () => {
  const { stdout } = await validate(guest('infinite-loop'), '--timeout', '300');
  expect(stdout).toMatch(
    /used of what is allowed: CPU .+ of .+; its process held up to .+ MiB, and the guest may have 130\.0 MiB/,
  );
});

test('so it is in JSON', async () => {
  const { stdout } = await validate(TALKS, '--json');
  expect(expectSchema(stdout).candidates[0].outcome.detail).toMatchObject({
    panic: PANIC,
    logs: [{ level: 'error', target: 'runtime' }, { message: PANIC }],
    backtrace: [{ index: 1 }, { index: 2 }],
    limits: { cpuTimeMs: 2_000 },
  });
});

test('a host function that trapped says which and why', async () => {
  const { stdout } = await validate(guest('double-free'));
  expect(stdout).toContain('ext_allocator_free_version_1: freed a pointer that is not allocated');
  expect(stdout).toContain('0: ext_allocator_free_version_1 (of the host)');
});

test('a valid block shows what it used of what it may', async () => {
  const { stdout } = await validate(guest('accepts-anything'));
  expect(stdout).toMatch(
    /CPU .+ of 2\.00 s \(.+ %\), memory .+ of .+, PoV .+ of .+, code .+ of 30\.0 MiB \(.+ %\)/,
  );
});

test('a preparation does so, too', async () => {
  const { stdout } = await run(['precheck', '--no-cache', temporaryFile('pvf.wasm', TALKS)]);
  expect(stdout).toMatch(/used of what is allowed: CPU .+ of 60\.00 s \(.+ %\), code .+ of 30\.0 MiB/);
});
