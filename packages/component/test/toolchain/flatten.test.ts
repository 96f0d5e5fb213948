import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flatten } from '@pvf/component';
import { decompressBlob, readInterface } from '@pvf/executor';
import { expect, it, onTestFinished } from 'vitest';
import { buildComponent, guestText, WIT } from './support/build.ts';
import { runFlat } from './support/run.ts';

const RANDOM = 'random#get-random-u64';

/** A component that imports one function more than its world has. */
function randomComponent(): Promise<Uint8Array> {
  const wit = WIT.replace(
    '  import logging;',
    '  import random: interface { get-random-u64: func() -> u64; }\n  import logging;',
  );
  return buildComponent(guestText('random'), wit);
}

it('the same component gives the same bytes, here and on every machine', async () => {
  const first = await flatten(await randomComponent());
  const elsewhere = mkdtempSync(join(tmpdir(), 'pvf-component-other-'));
  const before = process.env.TMPDIR;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(elsewhere, { recursive: true, force: true });
  });
  process.env.TMPDIR = elsewhere;
  const second = await flatten(await randomComponent());
  expect(Buffer.compare(first.module, second.module)).toBe(0);
  expect(createHash('sha256').update(first.module).digest('hex')).toBe(PINNED);
  expect(readdirSync(elsewhere)).toEqual([]);
});

/** Changes with the adapter or the tools, and then only by intention: it is a new version. */
const PINNED = 'f6a42c0c5cb075bfb74e5d929a9a9f2b0ee8fe0e024a255cd03647af993918e7';

it('the output imports host functions alone and exports what a PVF does', async () => {
  const { module, compressed } = await flatten(await randomComponent());
  const { imports, exports } = readInterface(module);
  expect(exports.map(({ name }) => name)).toEqual(['memory', '__heap_base', 'validate_block']);
  for (const entry of imports)
    expect(entry).toMatchObject({ module: 'env', name: expect.stringMatching(/^ext_/) });
  expect(Buffer.compare(decompressBlob(compressed, 1 << 24), module)).toBe(0);
});

it('an import that no validation function has is listed, and logs its name and traps when it is called', async () => {
  const { trapped, warnings, module } = await flatten(await randomComponent());
  expect(trapped).toEqual([RANDOM]);
  expect(warnings).toEqual([expect.stringContaining(RANDOM)]);
  const head = new Uint8Array();
  const quiet = runFlat(module, { head, block: Uint8Array.of(0) });
  expect(quiet.lines).toEqual([]);
  expect(quiet.result).toBeDefined();
  expect(runFlat(module, { head, block: Uint8Array.of(1) })).toEqual({
    result: undefined,
    lines: [`0 pvf: a validation function has no import ${RANDOM}`],
  });
});

it('a component that wants fewer pages may have fewer, and no more than it is given', async () => {
  const { module } = await flatten(await buildComponent(guestText('edges')), { memoryPages: 600 });
  expect(readInterface(module).memory).toMatchObject({ minimum: 600 });
  const block = Buffer.alloc(16);
  block[0] = 15;
  block.writeUInt32LE(82, 4);
  block.writeUInt32LE(1, 8);
  const { result } = runFlat(module, { head: new Uint8Array(), block });
  // 3 pages and 82 more are all that is left of 600 beside the host's 515.
  expect(Buffer.from(result!.subarray(1, 13))).toEqual(Buffer.from('03000000ffffffff55000000', 'hex'));
});
