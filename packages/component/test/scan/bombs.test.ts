import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ComponentError } from '../../src/errors.ts';
import { scanComponent } from '../../src/scan/scan-component.ts';
import { ComponentBuilder, EMPTY_MODULE, name, u32 } from '../support/component-builder.ts';

const work = mkdtempSync(join(tmpdir(), 'pvf-component-test-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function codeOf(bytes: Uint8Array): string {
  try {
    scanComponent(bytes);
    return 'accepted';
  } catch (error) {
    if (error instanceof ComponentError) return error.code;
    throw error;
  }
}

/** `list<list<…>>`, each level a type of its own. */
function deepTypes(levels: number): Uint8Array {
  const items = [[0x70, 0x7d]];
  for (let level = 1; level < levels; level++) items.push([0x70, ...u32(level - 1)]);
  return new ComponentBuilder().items(7, ...items).bytes();
}

/** `tuple<T, T, …>` of the level below: written out, `width` to the power of `levels`. */
function wideTypes(levels: number, width: number): Uint8Array {
  const items = [[0x70, 0x7d]];
  for (let level = 1; level < levels; level++) {
    items.push([0x6f, width, ...Array.from({ length: width }, () => u32(level - 1)).flat()]);
  }
  return new ComponentBuilder().items(7, ...items).bytes();
}

/** Instance types that export two of the level below. */
function nestedInstanceTypes(levels: number): Uint8Array {
  const items = [[0x42, 0]];
  for (let level = 1; level < levels; level++) {
    const alias = [0x02, 0x03, 0x02, 1, ...u32(level - 1)];
    const exports = ['a', 'b'].flatMap((label) => [0x04, 0x00, ...name(label), 0x05, 0]);
    items.push([0x42, 3, ...alias, ...exports]);
  }
  return new ComponentBuilder().items(7, ...items).bytes();
}

function importing(label: string): Uint8Array {
  return new ComponentBuilder()
    .items(7, [0x42, 0])
    .items(10, [0x00, ...name(label), 0x05, 0])
    .bytes();
}

function coreModule(
  ...sections: readonly (readonly [id: number, contents: readonly number[]])[]
): Uint8Array {
  const contents = sections.flatMap(([id, bytes]) => [id, ...u32(bytes.length), ...bytes]);
  return new ComponentBuilder().section(1, [...EMPTY_MODULE, ...contents]).bytes();
}

function coreExport(label: string): Uint8Array {
  const memory = [5, [1, 0, 1]] as const;
  return coreModule(memory, [7, [1, ...name(label), 2, 0]]);
}

const manyModules = new ComponentBuilder();
for (let count = 0; count < 10_000; count++) manyModules.section(1, EMPTY_MODULE);
const manySections = new ComponentBuilder();
for (let count = 0; count < 100_000; count++) manySections.section(0, [0]);
const nestedComponent = new ComponentBuilder().section(4, [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);

/** A function of three bytes of code that declares 50,000 locals. */
const LOCALS = [1, ...u32(50_000), 0x7f, 0x0b];
const HOSTILE: Readonly<Record<string, readonly [bytes: Uint8Array, code: string]>> = {
  'ten thousand modules': [manyModules.bytes(), 'LIMIT'],
  'a hundred thousand sections': [manySections.bytes(), 'LIMIT'],
  'a nested component': [nestedComponent.bytes(), 'UNSUPPORTED'],
  'a nested instance': [new ComponentBuilder().items(5, [0x01, 0]).bytes(), 'UNSUPPORTED'],
  'instance types in instance types': [nestedInstanceTypes(24), 'UNSUPPORTED'],
  'a type 5,000 lists deep': [deepTypes(5_000), 'LIMIT'],
  'a type that is 16 to the 20th when written out': [wideTypes(20, 16), 'LIMIT'],
  'a million types': [
    new ComponentBuilder().section(7, [...u32(1_000_000), ...new Uint8Array(1_000_000).fill(0x7d)]).bytes(),
    'LIMIT',
  ],
  'a list that claims to be longer than the file': [
    new ComponentBuilder().section(7, [...u32(0xffff_ffff), 0x7d]).bytes(),
    'MALFORMED',
  ],
  'an import name that ends a string': [importing("a';process.exit();'"), 'BAD_NAME'],
  'an import name that opens a template': [importing('a`$\u007bx`'), 'BAD_NAME'],
  'an import name of a line break': [importing('a\nb'), 'BAD_NAME'],
  'a core export name that ends a string': [coreExport("x'];globalThis.pwned=1;//"), 'BAD_NAME'],
  'a core export name that ends a comment': [coreExport('x*/\u2028'), 'BAD_NAME'],
  'a name of a megabyte': [coreExport('x'.repeat(1_000_000)), 'LIMIT'],
  'more locals than fit into memory': [
    coreModule([
      10,
      [...u32(10_000), ...Array.from({ length: 10_000 }, () => [LOCALS.length, ...LOCALS]).flat()],
    ]),
    'LIMIT',
  ],
  'a table of four billion': [coreModule([4, [1, 0x70, 0, ...u32(0xffff_ffff)]]), 'LIMIT'],
  'a start section': [new ComponentBuilder().section(9, [0, 0, 0]).bytes(), 'UNSUPPORTED'],
  'a core module': [Uint8Array.from(EMPTY_MODULE), 'NOT_A_COMPONENT'],
  nothing: [new Uint8Array(), 'NOT_A_COMPONENT'],
  'a header alone, cut': [new ComponentBuilder().bytes().subarray(0, 7), 'NOT_A_COMPONENT'],
  'a component that is cut': [deepTypes(10).subarray(0, 20), 'MALFORMED'],
};

describe('the scan refuses what would grow in other tools', () => {
  for (const [what, [bytes, code]] of Object.entries(HOSTILE)) {
    it(what, () => {
      expect(codeOf(bytes)).toBe(code);
    });
  }

  it('all within 256 MB of memory, the process that scans them included', () => {
    const codes = Object.values(HOSTILE).map(([bytes, code], position) => {
      writeFileSync(join(work, `${position}.wasm`), bytes);
      return code;
    });
    const program = `
      import { readFileSync } from 'node:fs';
      import { scanComponent } from ${JSON.stringify(new URL('../../src/scan/scan-component.ts', import.meta.url).href)};
      const codes = [];
      for (let position = 0; position < ${codes.length}; position++) {
        try {
          scanComponent(readFileSync(${JSON.stringify(work)} + '/' + position + '.wasm'));
          codes.push('accepted');
        } catch (error) {
          codes.push(error.code);
        }
      }
      console.log(JSON.stringify({ codes, kilobytes: process.resourceUsage().maxRSS }));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    const answer = JSON.parse(stdout) as { codes: string[]; kilobytes: number };
    expect(answer.codes).toEqual(codes);
    expect(answer.kilobytes).toBeLessThan(256 * 1024);
  });
});
