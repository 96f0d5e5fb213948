import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adderChain } from '@pvf/example-adder-pvf';
import { MUTATIONS, mutate } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type Execution, execution, type PvfCase, pvfCase } from './types.ts';

const SUFFIX = '.pvf.wasm';
/** Room for an answer, not for an endless loop's whole limit. */
const TIMEOUT_MS = 5_000;

/**
 * Flattened components in a folder, `NAME.pvf.wasm`, and, where there is one, `NAME.blocks.json`: block data in hexadecimal
 * by id. Without it the PVF is an adder, and its chain and spoiled candidates are run.
 */
export function* components(random: Random, directory: string): Generator<PvfCase> {
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith(SUFFIX)) continue;
    const name = file.slice(0, -SUFFIX.length);
    const blocks = join(directory, `${name}.blocks.json`);
    const executions = existsSync(blocks)
      ? fromFile(blocks)
      : [...adderCandidates(random.fork(`component-${name}`))];
    yield pvfCase(`component/${name}`, readFileSync(join(directory, file)), { executions });
  }
}

function fromFile(path: string): Execution[] {
  const blocks = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  return Object.entries(blocks).map(([id, hex]) =>
    execution(id, { blockData: Buffer.from(hex, 'hex'), relayParentNumber: 7, timeoutMs: TIMEOUT_MS }),
  );
}

function* adderCandidates(random: Random): Generator<Execution> {
  const additions = Array.from({ length: 25 }, () => (BigInt(random.u32()) << 32n) | BigInt(random.u32()));
  const valid = adderChain(additions).map(({ parentHead, blockData }, index) =>
    execution(`ok-${index}`, {
      parentHead,
      blockData,
      relayParentNumber: random.u32(),
      timeoutMs: TIMEOUT_MS,
    }),
  );
  yield* valid;
  const first = valid[0]!;
  yield { ...first, id: 'no-block', blockData: new Uint8Array() };
  yield { ...first, id: 'no-head', parentHead: new Uint8Array() };
  yield { ...first, id: 'large-block', blockData: Buffer.concat([first.blockData, Buffer.alloc(10 << 20)]) };
  for (let index = 0; index < 70; index++) {
    const stream = random.fork(`spoiled-${index}`);
    const from = stream.pick(valid);
    const mutation = stream.pick(MUTATIONS);
    yield stream.chance(0.5)
      ? { ...from, id: `head-${index}-${mutation}`, parentHead: mutate(stream, from.parentHead, mutation) }
      : { ...from, id: `block-${index}-${mutation}`, blockData: mutate(stream, from.blockData, mutation) };
  }
}
