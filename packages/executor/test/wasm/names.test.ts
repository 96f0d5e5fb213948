import { describe, expect, it } from 'vitest';
import { customSection, eachFunctionName } from '../../src/wasm/custom-names.ts';
import { inspectModule, RewriteError, rewriteModule } from '../../src/wasm/index.ts';
import { scanModule } from '../../src/wasm/scan.ts';
import { body, build, exported, imported, limits, type, u32 } from './support/binary.ts';
import { named, withNameSection } from './support/names.ts';

const toEngine = (code: Uint8Array): Uint8Array =>
  rewriteModule(code, { stackLogicalMax: 65_536, target: 'engine' });

/** The functions' names of a module. */
function namesOf(code: Uint8Array): [number, string][] {
  const names: [number, string][] = [];
  eachFunctionName(scanModule(code, false), (index, start, length) =>
    names.push([index, Buffer.from(code.subarray(start, start + length)).toString()]),
  );
  return names;
}

const F32_ADD = [0x43, 0, 0, 0, 0, 0x43, 0, 0, 0, 0, 0x92, 0x1a];
const CALL_ITSELF = [0x10, 2];
/** An imported function, one that adds floats, and one that calls itself. */
const CODE = build({
  types: [type([], [])],
  imports: [imported('env', 'f', [0, 0])],
  functions: [0, 0],
  memories: [limits(1)],
  exports: [exported('a', 0, 1)],
  start: 2,
  bodies: [body(F32_ADD), body(CALL_ITSELF)],
});
const NAMES: [number, string][] = [
  [0, 'imported'],
  [1, 'a'],
  [2, 'the second: größer'],
];

describe('names of functions', () => {
  it('survive the rewriting for the engine', () => {
    const code = toEngine(named(CODE, NAMES));
    expect(namesOf(code)).toEqual(NAMES);
    expect(WebAssembly.validate(code as BufferSource)).toBe(true);
  });

  it('that are of no function, out of order or too long do not', () => {
    const odd: [number, string][] = [
      [1, 'a'],
      [0, 'late'],
      [2, 'x'.repeat(513)],
      [7, 'nobody'],
    ];
    expect(namesOf(toEngine(named(CODE, odd)))).toEqual([[1, 'a']]);
    expect(namesOf(toEngine(named(CODE, [[7, 'nobody']])))).toEqual([]);
  });

  it('are all that survives of the custom sections', () => {
    const modules = [0, 4, ...[...'mod!'].map((letter) => letter.charCodeAt(0))];
    expect(customSection(scanModule(toEngine(withNameSection(CODE, modules)), false), 'name')).toBe(
      undefined,
    );
  });

  it.each([
    ['nothing', []],
    ['a cut list', [1, 9, 3, 1]],
    ['a size beyond the section', [1, ...u32(1 << 20), 1, 1, 1, 97]],
    ['an absurd count', [1, 5, ...u32(0xffff_ffff)]],
  ])('that are broken (%s) harm nothing', (_, contents) => {
    const code = toEngine(withNameSection(CODE, contents));
    expect(WebAssembly.validate(code as BufferSource)).toBe(true);
  });
});

describe('a refusal', () => {
  /** The second function extends a sign, as the MVP cannot. */
  const refused = build({
    types: [type([], [])],
    functions: [0, 0],
    bodies: [body([]), body([0x41, 1, 0xc0, 0x1a])],
  });
  const refusal = (code: Uint8Array): RewriteError => {
    try {
      toEngine(code);
    } catch (error) {
      if (error instanceof RewriteError) return error;
    }
    throw new Error('not refused');
  };

  it('names the function, by index and by the name section', () => {
    expect(refusal(refused).meta).toMatchObject({ functionIndex: 1 });
    expect(refusal(refused).message).toMatch(/function 1, offset \d+\)/);
    const error = refusal(named(refused, [[1, 'my::function']]));
    expect(error.meta).toMatchObject({ functionIndex: 1, functionName: 'my::function' });
    expect(error.message).toContain('function 1 "my::function", offset');
  });

  it('shows a hostile name as one short line', () => {
    const { message } = refusal(named(refused, [[1, `\u001b[2J\n${'x'.repeat(5_000)}`]]));
    expect(message).not.toMatch(/\p{C}/u);
    expect(message.length).toBeLessThan(700);
  });

  it('is named in a report too', () => {
    expect(inspectModule(named(refused, [[1, 'my::function']])).rejection).toMatchObject({
      meta: { functionName: 'my::function' },
    });
  });
});
