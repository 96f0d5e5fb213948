import { describe, expect, it } from 'vitest';
import { describeEnd } from '../src/children/job-end.ts';
import { logLevelNumber, maxLogLevel } from '../src/worker/log.ts';

describe('the log level', () => {
  it.each([
    [{}, 'error'],
    [{ RUST_LOG: '' }, 'error'],
    [{ RUST_LOG: 'warn' }, 'warn'],
    [{ RUST_LOG: 'INFO' }, 'info'],
    [{ RUST_LOG: 'parachain::pvf=debug' }, 'debug'],
    [{ RUST_LOG: 'info,parachain::pvf=trace' }, 'trace'],
    [{ RUST_LOG: 'off' }, 'off'],
    [{ RUST_LOG: 'no-level' }, 'error'],
    [{ RUST_LOG: 'trace', PVF_LOG: 'warn' }, 'warn'],
  ] as const)('of %j is %s', (environment, level) => {
    expect(maxLogLevel(environment)).toBe(level);
  });

  it('has the numbers that guests are told', () => {
    expect((['off', 'error', 'warn', 'info', 'debug', 'trace'] as const).map(logLevelNumber)).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
  });
});

describe('the end of a job in words', () => {
  it.each([
    [{ type: 'exited', status: 3 }, 'exit status 3'],
    [{ type: 'signaled', signal: 9 }, 'received signal: SIGKILL'],
    [{ type: 'signaled', signal: 31 }, 'received signal: SIGSYS (a forbidden system call)'],
    [{ type: 'signaled', signal: 40 }, 'received signal: signal 40'],
    [{ type: 'cpu-limit' }, 'killed: its CPU time was used up'],
    [{ type: 'memory-limit' }, 'killed: it exceeded its memory limit'],
    [{ type: 'output-limit' }, 'killed: it wrote more than an answer can have'],
  ] as const)('%j', (end, words) => {
    expect(describeEnd(end)).toBe(words);
  });
});
