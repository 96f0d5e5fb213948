import { flatten } from '@pvf/component';
import type { PvfHost } from '@pvf/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildComponent, guestText } from './support/build.ts';
import { startHost, validator } from './support/host.ts';
import { headOf, runFlat } from './support/run.ts';

const BLOCK_BYTES = 10 * 1024 * 1024;
const ROUNDS = 1_000;

let flat: Uint8Array;
let host: PvfHost;
beforeAll(async () => {
  flat = (await flatten(await buildComponent(guestText('markers')))).module;
  host = await startHost();
});
afterAll(() => host?.close());

describe('the guest’s heap and the host’s never meet', () => {
  it('with a block of 10 MiB, 1,000 host calls and a guest that takes all memory there is', async () => {
    const blockData = Buffer.alloc(BLOCK_BYTES, 0x3c);
    blockData.writeUInt32LE(ROUNDS, 0);
    const validate = await validator(host, flat);
    const outcome = await validate(new Uint8Array(1_000), blockData);
    expect(outcome.kind).toBe('valid');
    if (outcome.kind !== 'valid') return;
    const head = Buffer.from(outcome.result.headData);
    // The guest found its marks, so nobody wrote into its memory; the block hashed alike before and after.
    expect(head.subarray(4, 36)).toEqual(head.subarray(36, 68));
    // 2 pages, then 16 at a time for the block, then 5 for each of 125 rounds.
    expect(head.readUInt32LE(0)).toBeGreaterThan(160 + 5 * 124);
  });

  it('when the guest asks for more than its maximum: it gets −1, and the host’s heap stays as it was', () => {
    const block = Buffer.alloc(2_048);
    block.writeUInt32LE(8 * 400, 0);
    const hash = (memory: WebAssembly.Memory) => {
      const place = memory.buffer.byteLength - 65_536;
      new Uint8Array(memory.buffer, place, 32).fill(0x77);
      return place;
    };
    const { result } = runFlat(
      flat,
      { head: new Uint8Array(10), block },
      {
        ext_hashing_keccak_256_version_1: hash,
        ext_hashing_blake2_256_version_1: hash,
        ext_allocator_free_version_1: () => undefined,
      },
    );
    // Growth by 5 pages each ends at the guest's maximum: 2,048 − 514 − 1 pages.
    expect(Buffer.from(headOf(result!)).readUInt32LE(0)).toBeGreaterThan(1_533 - 5);
    expect(Buffer.from(headOf(result!)).readUInt32LE(0)).toBeLessThanOrEqual(1_533);
  });
});
