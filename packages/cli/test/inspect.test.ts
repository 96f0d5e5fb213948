import { EXIT } from '@pvf/cli';
import { ADDER_PVF_PATH } from '@pvf/example-adder-pvf';
import { compressedBlob, type GuestName, garbageBlob, guest, truncatedBlob, zstdBomb } from '@pvf/test-kit';
import { expect, test } from 'vitest';
import { temporaryFile } from './files.ts';
import { run } from './run.ts';

test('a report for people and as JSON', async () => {
  const human = await run(['inspect', ADDER_PVF_PATH]);
  expect(human).toMatchObject({ code: EXIT.ok, stderr: '' });
  expect(human.stdout).toMatch(/function {2}validate_block \(i32, i32\) -> \(i64\)/);

  expect(human.stdout).toMatch(/^executor params: none \(assumed, .*code limit: .*\(assumed, /m);

  const json = await run(['inspect', '--json', ADDER_PVF_PATH]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    command: 'inspect',
    exitCode: EXIT.ok,
    parameters: { executorParams: { given: false, value: [] } },
    shortcomings: [],
    report: { imports: [], memory: { minimum: 1 }, functions: { imported: 0 } },
  });
});

test('a compressed blob is decompressed first', async () => {
  const path = temporaryFile('blob.wasm', compressedBlob(guest('accepts-anything')));
  const { code, stdout } = await run(['inspect', path]);
  expect(code).toBe(EXIT.ok);
  expect(stdout).toContain('compressed');
});

test.each<[GuestName, RegExp]>([
  ['no-memory', /exports no `memory`/],
  ['no-entry-point', /exports no `validate_block`/],
  ['no-heap-base', /exports no `__heap_base`/],
  ['wrong-signature', /type \(i32, i32\) -> i32/],
  ['import-of-another-module', /wasi_snapshot_preview1\.random_get/],
  ['initial-memory-above-limit', /2081 pages/],
])('%s: the shortcoming is named', async (name, warning) => {
  const { code, stdout } = await run(['inspect', temporaryFile(`${name}.wasm`, guest(name))]);
  expect(code).toBe(EXIT.ok);
  expect(stdout).toMatch(warning);
});

test('imports are sorted by what becomes of a call', async () => {
  const { stdout } = await run(['inspect', temporaryFile('x.wasm', guest('missing-import-called'))]);
  expect(stdout).toContain('unknown (traps when called)\n    ext_no_such_function');
});

test.each<[GuestName]>([['sign-extension'], ['bulk-memory']])('%s is rejected', async (name) => {
  const { code, stdout } = await run(['inspect', temporaryFile(`${name}.wasm`, guest(name))]);
  expect(code).toBe(EXIT.against);
  expect(stdout).toContain('REJECTED at prevalidation');
});

test.each([
  ['a truncated blob', truncatedBlob(guest('trap')), /cut off or damaged/],
  ['a blob with garbage', garbageBlob(), /cut off or damaged/],
  ['a bomb', zstdBomb(31 * 1024 * 1024), /--bomb-limit/],
])('%s: the file and the remedy are named', async (_, contents, remedy) => {
  const path = temporaryFile('blob.wasm', contents);
  const { code, stdout, stderr } = await run(['inspect', path]);
  expect([code, stdout]).toEqual([EXIT.badInput, '']);
  expect(stderr).toContain(path);
  expect(stderr).toMatch(remedy);
});
