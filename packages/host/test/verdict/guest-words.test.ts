import type { ExecutionDetail } from '@pvf/protocol';
import { describe, expect, it } from 'vitest';
import { demangled } from '../../src/verdict/demangle.ts';
import {
  classify,
  cleaned,
  describeFrame,
  describePrepareError,
  readGuest,
  withPanic,
} from '../../src/verdict/index.ts';

const told = (job: Partial<NonNullable<ExecutionDetail['job']>>): ExecutionDetail => ({
  cpuTimeNs: 1n,
  maxRssBytes: 1n,
  logs: [],
  logsLeftOut: 0,
  job: { memoryPages: 1, codeBytes: 1, panic: undefined, backtrace: [], ...job },
});

describe('a guest’s text', () => {
  it.each([
    ['two\nlines', 'two | lines'],
    ['a\r\n  b\u2028c', 'a | b | c'],
    ['\u001b[2J\u009b1m\u0000', '\u{fffd}[2J\u{fffd}1m\u{fffd}'],
    ['\u202eright\u200b\ufeff\u{e0041}', '\u{fffd}right\u{fffd}\u{fffd}\u{fffd}'],
    ['  größer 溢出 💥 ', 'größer 溢出 💥'],
  ])('%j is shown as %j', (text, shown) => {
    expect(cleaned(text)).toBe(shown);
  });

  it('is clean wherever it comes from', () => {
    const bad = 'x\u001b\n\u202ey';
    const guest = readGuest({
      ...told({
        panic: bad,
        backtrace: [
          { isHostFunction: false, index: 1, name: bad },
          { isHostFunction: true, index: 0, name: bad },
        ],
      }),
      logs: [{ level: 0, target: bad, message: bad }],
    });
    expect(JSON.stringify(guest)).not.toMatch(/\p{C}|\\u|\\n/u);
    expect(guest.backtrace).toMatchObject([{ type: 'function', index: 1 }, { type: 'host-function' }]);
  });

  it('stands behind what its job said, and is cut', () => {
    expect(withPanic('trap', told({ panic: 'why\nnot' }))).toBe('trap: why | not');
    expect(withPanic('trap', told({}))).toBe('trap');
    expect(withPanic('trap', undefined)).toBe('trap');
    expect(withPanic('trap', told({ panic: 'x'.repeat(2_000) })).length).toBeLessThan(500);
  });

  it.each([
    [0, 'error'],
    [4, 'trace'],
    [9, 'trace'],
  ])('has the level %i: %s', (level, name) => {
    expect(readGuest({ ...told({}), logs: [{ level, target: '', message: '' }] }).logs[0]?.level).toBe(name);
  });
});

const IMPLEMENTATION = '_$LT$alloc..vec..Vec$LT$T$C$A$GT$$u20$as$u20$core..Drop$GT$';

describe('a function’s name', () => {
  it.each([
    ['_ZN4core9panicking9panic_fmt17h32de9c76c9d5eb0cE', 'core::panicking::panic_fmt::h32de9c76c9d5eb0c'],
    [
      '_ZN13environmental9local_key17LocalKey$LT$T$GT$4with17h024be1cdb122c94fE',
      'environmental::local_key::LocalKey<T>::with::h024be1cdb122c94f',
    ],
    [
      `_ZN${IMPLEMENTATION.length}${IMPLEMENTATION}4drop17h0123456789abcdefE`,
      '<alloc::vec::Vec<T,A> as core::Drop>::drop::h0123456789abcdef',
    ],
    ['validate_block', 'validate_block'],
    ['_ZN4coreE5', '_ZN4coreE5'],
    ['_ZN9coreE', '_ZN9coreE'],
    ['_ZN0E', '_ZN0E'],
    ['_ZNE', '_ZNE'],
    ['_ZN99999999999999999999aE', '_ZN99999999999999999999aE'],
    ['_ZN9$uffffff$E', '$uffffff$'],
    ['_ZN4$ZZ$E', '$ZZ$'],
  ])('%s is %s', (symbol, path) => {
    expect(demangled(symbol)).toBe(path);
  });

  it.each([
    [{ type: 'function', index: 7, name: 'a::b::h0123456789abcdef' }, 'a::b'],
    [{ type: 'function', index: 7, name: undefined }, '<wasm function 7>'],
    [{ type: 'host-function', name: 'ext_f' }, 'ext_f'],
  ] as const)('%o is shown as %s', (frame, shown) => {
    expect(describeFrame(frame)).toBe(shown);
  });
});

describe('a limit that was met', () => {
  it('is told with its size', () => {
    expect(describePrepareError({ type: 'OutOfMemory' }, undefined, 268_435_456n)).toContain(
      '268435456 bytes (PrecheckingMaxMemory)',
    );
    const jobResponse = { type: 'PoVDecompressionFailure' } as const;
    const response = { jobResponse, duration: { secs: 0n, nanos: 0 }, povSize: 0 };
    expect(classify({ type: 'answered', response, wallTimeMs: 1 })).toMatchObject({
      message: expect.stringContaining(`${40 * 1024 * 1024} bytes`),
    });
  });
});
