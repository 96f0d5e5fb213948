import { compileWat, GUEST_INPUT, guest } from '@pvf/test-kit';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PvfHost } from '../../src/index.ts';
import { candidate, speedUpsOfRun, VALIDATION_DATA } from '../support/hosts.ts';

const PANIC = "panicked at 'state root mismatch', lib.rs:42";
const TALKS = compileWat(`(module
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 4096))
  (data (i32.const 100) "runtime") (data (i32.const 200) "${PANIC}")
  (func (export "validate_block") (param i32 i32) (result i64)
    (call $log (i32.const 0) (i64.const 0x0700000064) (i64.const ${(BigInt(PANIC.length) << 32n) | 200n}))
    unreachable))`);

describe('why a candidate was refused', () => {
  const lines: Record<string, unknown>[] = [];
  let host: PvfHost;
  beforeAll(async () => {
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    host = await PvfHost.start({ logger, spawnTimeoutMs: 60_000, ...speedUpsOfRun() });
  });
  afterAll(() => host.close());
  const validate = (code: Uint8Array, rest: object = {}) =>
    host.validate({
      ...candidate(GUEST_INPUT.blockData, { code, kind: 'backing', ...rest }),
      validationData: { ...VALIDATION_DATA, parentHead: GUEST_INPUT.parentHead },
    });

  it('is in its outcome, in the guest’s words, and in the log of host and worker', async () => {
    const outcome = await validate(TALKS);
    expect(outcome).toMatchObject({
      kind: 'invalid',
      rule: 'refused-by-pvf',
      message: `execute: trap: unreachable: ${PANIC}`,
      detail: {
        panic: PANIC,
        logs: [{ level: 'error', target: 'runtime', message: PANIC }],
        logsLeftOut: 0,
        backtrace: [{ type: 'function', index: 1, name: undefined }],
      },
    });
    const refusal = lines.find(({ msg }) => msg === 'a candidate was refused');
    expect(refusal).toMatchObject({
      cause: 'refused-by-pvf',
      reason: expect.stringContaining(PANIC),
      backtrace: ['<wasm function 1>'],
      guestLog: [`error runtime: ${PANIC}`],
    });
    const worker = lines.find(({ line }) => String(line).startsWith('{"guest":true'));
    expect(JSON.parse(String(worker?.line))).toMatchObject({ level: 50, target: 'runtime', msg: PANIC });
  });

  it('is the reason of the host function that trapped', async () => {
    expect(await validate(guest('double-free'))).toMatchObject({
      message: 'execute: trap: ext_allocator_free_version_1: freed a pointer that is not allocated',
      detail: { backtrace: [{ type: 'host-function', name: 'ext_allocator_free_version_1' }, { index: 2 }] },
    });
  });

  it('is what was used of what was allowed, when the time is up', async () => {
    const { detail } = await validate(guest('infinite-loop'), { executionTimeoutMs: 300 });
    expect(detail).toMatchObject({ limits: { cpuTimeMs: 300, wallTimeMs: 1_200 }, backtrace: [] });
    // The wall clock of a busy machine may end it first, and then nobody tells.
    if (detail.used.cpuTimeMs !== undefined) expect(detail.used.cpuTimeMs).toBeGreaterThanOrEqual(300);
  });

  it('a valid one has its use and its limits, too', async () => {
    const code = guest('accepts-anything');
    const { kind, detail } = await validate(code);
    expect(kind).toBe('valid');
    expect(detail).toMatchObject({
      panic: undefined,
      logs: [],
      backtrace: [],
      used: { memoryBytes: 65_536, povBytes: GUEST_INPUT.blockData.length + 1, codeBytes: code.length },
      limits: {
        cpuTimeMs: 2_000,
        wallTimeMs: 8_000,
        memoryBytes: 2_080 * 65_536,
        povBytes: VALIDATION_DATA.maxPovSize,
        codeBytes: 30 * 1024 * 1024,
      },
    });
    expect(detail.used.cpuTimeMs).toBeGreaterThan(0);
    expect(detail.used.residentBytes).toBeGreaterThan(0);
  });

  it('a precheck has what its preparation used and might have used', async () => {
    const outcome = await host.precheck({ ...candidate(''), code: guest('burns-cpu') });
    expect(outcome).toMatchObject({
      kind: 'ok',
      detail: {
        used: {
          cpuTimeMs: expect.any(Number),
          wallTimeMs: expect.any(Number),
          codeBytes: expect.any(Number),
        },
        limits: {
          cpuTimeMs: 60_000,
          wallTimeMs: 240_000,
          memoryBytes: undefined,
          codeBytes: 30 * 1024 * 1024,
        },
      },
    });
  });
});
