import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';
import { MUTATIONS, mutate } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type Execution, execution, type PvfCase, pvfCase } from './types.ts';
import { zstdVariants } from './zstd-variants.ts';

const MUTATED_MODULES = 200;

/** The example PVF: a chain of its candidates, spoiled candidates, and the module with a few wrong bytes. */
export function* adder(random: Random): Generator<PvfCase> {
  const module = readAdderPvf();
  const additions = Array.from({ length: 20 }, () => (BigInt(random.u32()) << 32n) | BigInt(random.u32()));
  const valid = adderChain(additions).map(({ parentHead, blockData }, index) =>
    execution(`ok-${index}`, { parentHead, blockData }),
  );
  const spoiled = Array.from({ length: 60 }, (_, index): Execution => {
    const stream = random.fork(`spoiled-${index}`);
    const from = stream.pick(valid);
    const mutation = stream.pick(MUTATIONS);
    return stream.chance(0.5)
      ? { ...from, id: `head-${index}-${mutation}`, parentHead: mutate(stream, from.parentHead, mutation) }
      : { ...from, id: `block-${index}-${mutation}`, blockData: mutate(stream, from.blockData, mutation) };
  });
  yield pvfCase('adder', module, { executions: [...valid, ...spoiled] });
  for (const { name, bytes } of zstdVariants(module))
    yield pvfCase(`adder/code-${name}`, bytes, { executions: valid.slice(0, 1) });
  for (let i = 0; i < MUTATED_MODULES; i++) {
    const stream = random.fork(`module-${i}`);
    const mutation = stream.pick(MUTATIONS);
    yield pvfCase(`adder/mutated-${i}-${mutation}`, mutate(stream, module, mutation), {
      executions: valid.slice(0, 2),
    });
  }
}
