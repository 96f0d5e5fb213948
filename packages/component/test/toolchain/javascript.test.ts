import { fileURLToPath } from 'node:url';
import { flatten } from '@pvf/component';
import type { PvfHost } from '@pvf/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHost, type Validate, validator } from './support/host.ts';
import { runFlat } from './support/run.ts';

interface Build {
  componentOf(path: string): Promise<Uint8Array>;
}

let host: PvfHost;
let validate: Validate;
let module: Uint8Array;
beforeAll(async () => {
  const build = new URL('../../../../examples/component-ts/scripts/build.mjs', import.meta.url).href;
  const { componentOf } = (await import(build)) as Build;
  const component = await componentOf(fileURLToPath(new URL('guests/misbehaving.js', import.meta.url)));
  const flat = await flatten(component);
  expect(flat.trapped).toEqual([]);
  module = flat.module;
  host = await startHost();
  validate = await validator(host, module);
});
afterAll(() => host?.close());

async function headOf(what: string): Promise<string | undefined> {
  const outcome = await validate(new Uint8Array(), Buffer.from(what));
  return outcome.kind === 'valid' ? Buffer.from(outcome.result.headData).toString() : undefined;
}

describe('JavaScript in a validation function', () => {
  it('has no time and no randomness: what there is was fixed when it was built', async () => {
    for (const what of ['time', 'random', 'random values']) {
      const first = await headOf(what);
      expect(first).toBeDefined();
      expect(await headOf(what)).toBe(first);
      expect(await headOf(what)).toBe(first);
    }
    const now = Number(await headOf('time'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(Number(await headOf('time'))).toBe(now);
  });

  it.each(['high-resolution time', 'timer', 'fetch', 'memory', 'recursion', 'an Error', 'a text'])(
    'makes the block invalid with: %s',
    async (what) => {
      expect(await validate(new Uint8Array(), Buffer.from(what))).toMatchObject({
        kind: 'invalid',
        rule: 'refused-by-pvf',
      });
    },
  );

  it('may recurse some thousand frames; deeper is an error that can be caught', async () => {
    expect(await headOf('recursion of 1000')).toBe('1000');
    expect(await headOf('caught recursion')).toBe('InternalError');
  });

  it('is stopped in an endless loop by its time limit', async () => {
    expect(await validate(new Uint8Array(), Buffer.from('loop'), 1_000)).toMatchObject({
      kind: 'invalid',
      // Of CPU time, or on a busy machine of the wall clock's four times as much.
      rule: expect.stringMatching(/^(cpu|wall)-timeout$/),
    });
  });

  it('returns numbers up to 2^32 − 1', async () => {
    for (const number of [0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
      const outcome = await validate(new Uint8Array(), Buffer.from(`recursion of 1000|${number}`));
      expect(outcome).toMatchObject({
        kind: 'valid',
        result: { processedDownwardMessages: number, hrmpWatermark: 4_000_000_000 },
      });
    }
  });

  it('has a thrown text logged', () => {
    const { result, lines } = runFlat(module, { head: new Uint8Array(), block: Buffer.from('a text') });
    expect([result, lines]).toEqual([undefined, ['0 pvf: a text']]);
  });
});
