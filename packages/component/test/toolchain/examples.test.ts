import { readFileSync } from 'node:fs';
import { flatten } from '@pvf/component';
import { type AdderCandidate, adderChain, readAdderPvf } from '@pvf/example-adder-pvf';
import type { PvfHost, ValidationOutcome } from '@pvf/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHost, type Validate, validator } from './support/host.ts';

const examples = new URL('../../../../examples/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, examples));

let host: PvfHost;
const validate: Record<string, Validate> = {};
beforeAll(async () => {
  host = await startHost();
  const rust = await flatten(read('component-rust/adder.component.wasm'));
  validate.classic = await validator(host, readAdderPvf());
  validate.Rust = await validator(host, rust.module);
  validate.TypeScript = await validator(host, read('component-ts/dist/validation-function.compressed.wasm'));
});
afterAll(() => host?.close());

/** What must agree. */
function essence(outcome: ValidationOutcome): unknown {
  if (outcome.kind === 'valid') return { vote: outcome.vote, result: outcome.result };
  return { vote: outcome.vote, kind: outcome.kind, rule: 'rule' in outcome ? outcome.rule : undefined };
}

const chain = adderChain([1n, 0n, 2n ** 64n - 1n, 2n ** 63n, 5n, 12345678901234567890n]);

function spoiled({ parentHead, blockData }: AdderCandidate): [Uint8Array, Uint8Array][] {
  const changed = (bytes: Uint8Array, at: number) =>
    bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
  return [
    [parentHead, changed(blockData, 0)],
    [parentHead, changed(blockData, 9)],
    [changed(parentHead, 0), blockData],
    [changed(parentHead, 20), blockData],
    [changed(parentHead, 71), blockData],
    [parentHead.subarray(0, 71), blockData],
    [parentHead, blockData.subarray(0, 15)],
    [parentHead, new Uint8Array()],
    [new Uint8Array(), blockData],
    [parentHead, Buffer.concat([blockData, Buffer.alloc(100)])],
    [Buffer.concat([parentHead, Buffer.alloc(100)]), blockData],
  ];
}

describe.each(['Rust', 'TypeScript'])(
  'the adder in %s, flattened, agrees with the classic one',
  (language) => {
    it('on a chain, on wrong states and on short and long input', async () => {
      for (const candidate of chain) {
        const { parentHead, blockData, head } = candidate;
        const outcome = await validate[language]!(parentHead, blockData);
        expect(outcome.kind === 'valid' && Buffer.compare(outcome.result.headData, head)).toBe(0);
        for (const [spoiledHead, block] of [[parentHead, blockData], ...spoiled(candidate)] as const) {
          const [own, classic] = [
            await validate[language]!(spoiledHead, block),
            await validate.classic!(spoiledHead, block),
          ];
          expect(essence(own)).toEqual(essence(classic));
        }
      }
    });

    it('with a block of 10 MiB', async () => {
      const { parentHead, blockData } = chain[0]!;
      const block = Buffer.concat([blockData, Buffer.alloc(10 * 1024 * 1024)]);
      const [own, classic] = [
        await validate[language]!(parentHead, block),
        await validate.classic!(parentHead, block),
      ];
      expect(classic.kind).toBe('valid');
      expect(essence(own)).toEqual(essence(classic));
    });
  },
);
