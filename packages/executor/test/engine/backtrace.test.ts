import { describe, expect, test } from 'vitest';
import { backtraceOf } from '../../src/engine/backtrace.ts';

describe('a stack in V8’s words', () => {
  const at = (text: string) => Object.assign(new Error('x'), { stack: `RuntimeError: x\n${text}` });

  test('frames behind the module’s functions are the rewriting’s own', () => {
    const error = at(
      [
        '    at wasm://wasm/aa:wasm-function[1]:0x1',
        '    at wasm://wasm/aa:wasm-function[9]:0x1',
        '    at run (file:///x.js:1:2)',
      ].join('\n'),
    );
    expect(backtraceOf(error, 9, () => undefined)).toEqual([{ type: 'function', index: 1, name: undefined }]);
    expect(backtraceOf(error, undefined, () => undefined).length).toBe(2);
  });

  test('a name may hold anything', () => {
    const error = at('    at a (wasm://wasm/bb:wasm-function[3]:0x0) (wasm://wasm/aa:wasm-function[1]:0x1)');
    expect(backtraceOf(error, 9, () => undefined)).toEqual([
      { type: 'function', index: 1, name: 'a (wasm://wasm/bb:wasm-function[3]:0x0)' },
    ]);
  });

  test('nothing comes of what is none', () => {
    expect(backtraceOf('text', 1, () => undefined)).toEqual([]);
    expect(backtraceOf(at('garbage'), 1, () => undefined)).toEqual([]);
  });
});
