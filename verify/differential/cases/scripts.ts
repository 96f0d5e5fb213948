import type { ExecutorParams } from '@pvf/protocol';
import { ALLOCATOR_STEPS, allocatorGuest, echoGuest, KEPT_VALUES } from '../guests/script.ts';
import { concat, MUTATIONS, mutate } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type Execution, execution, type PvfCase, pvfCase } from './types.ts';

const RESULTS = 400;
const ALLOCATOR_RUNS = 40;
/** The reference takes no more messages of a kind. */
const MAX_MESSAGES = 16_384;

/** Results of every form, good and spoiled, returned by a PVF that returns what it is given. */
export function* results(random: Random): Generator<PvfCase> {
  const executions = Array.from({ length: RESULTS }, (_, index) => {
    const stream = random.fork(index);
    let bytes = validationResult(stream);
    const mutation = stream.chance(0.4) && bytes.length < 100_000 ? stream.pick(MUTATIONS) : undefined;
    if (mutation !== undefined) bytes = mutate(stream, bytes, mutation);
    return execution(`${index}-${mutation ?? 'whole'}`, { blockData: bytes });
  });
  yield pvfCase('result', echoGuest(), { executions });
}

function validationResult(random: Random): Uint8Array {
  const messages = (): number => {
    const few = random.below(4);
    return random.chance(0.85)
      ? few
      : random.pick([63, 64, MAX_MESSAGES - 1, MAX_MESSAGES, MAX_MESSAGES + 1]);
  };
  const blob = (): Uint8Array => {
    const bytes = random.bytes(random.pick([0, 1, 5, 63, 64, 70]));
    return concat(compact(random, bytes.length), bytes);
  };
  const list = (item: () => Uint8Array): Uint8Array => {
    const count = messages();
    const one = item();
    const items = Array.from({ length: count }, () => (count < 100 ? item() : one));
    return concat(compact(random, count), ...items);
  };
  const code = random.chance(0.9) ? random.below(2) : random.pick([2, 255]);
  return concat(
    blob(),
    Uint8Array.of(code),
    code === 1 ? blob() : new Uint8Array(0),
    list(blob),
    list(() => concat(random.bytes(4), blob())),
    random.bytes(8),
    random.bytes(random.pick([0, 0, 0, 1, 5])),
  );
}

/** SCALE's compact integer; rarely in a form longer than needed, which SCALE forbids. */
function compact(random: Random, value: number): Uint8Array {
  const shortest = value < 64 ? 0 : value < 1 << 14 ? 1 : 2;
  const mode = random.chance(0.02) ? random.between(shortest, 3) : shortest;
  if (mode === 3) {
    const bytes = new Uint8Array(5 + random.below(3));
    bytes[0] = ((bytes.length - 5) << 2) | 3;
    new DataView(bytes.buffer).setUint32(1, value, true);
    return bytes;
  }
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value * 4 + mode, true);
  return bytes.subarray(0, 1 << mode);
}

const PARAMS: Readonly<Record<string, ExecutorParams>> = {
  default: [],
  'pages-0': [{ type: 'MaxMemoryPages', value: 0 }],
  'pages-3': [{ type: 'MaxMemoryPages', value: 3 }],
  'pages-65536': [{ type: 'MaxMemoryPages', value: 65_536 }],
};

/** Random sequences of allocations, right and wrong, under several limits and heap bases. */
export function* allocatorScripts(random: Random): Generator<PvfCase> {
  for (const [name, executorParams] of Object.entries(PARAMS))
    for (const heapBase of [4096, 4099, 17 * 65_536 - 8, 17 * 65_536 + 1]) {
      const stream = random.fork(`${name}/${heapBase}`);
      const executions = Array.from({ length: ALLOCATOR_RUNS }, (_, index) =>
        allocatorRun(stream.fork(index), `run-${index}`),
      );
      yield pvfCase(`allocator/${name}/${heapBase}`, allocatorGuest(heapBase), {
        executorParams,
        executions,
      });
    }
}

function allocatorRun(random: Random, id: string): Execution {
  const steps: number[] = [];
  const { malloc, freeKept, freeAddress, spoilHeader, grow, size } = ALLOCATOR_STEPS;
  const wild = random.chance(0.3);
  const free = new Set<number>();
  let kept = 0;
  for (let i = random.between(5, 200); i > 0 && kept < KEPT_VALUES; i--) {
    const kind = random.weighted({ malloc: 50, free: 30, grow: 1, size: 2, wild: wild ? 1 : 0 });
    if (kind === 'malloc') {
      steps.push(malloc, allocationSize(random));
      free.add(kept++);
    } else if (kind === 'grow') {
      steps.push(grow, random.pick([0, 1, 2, 100, 2031, 2032, 65_535, 0xffff_ffff]));
      kept++;
    } else if (kind === 'size') {
      steps.push(size, 0);
      kept++;
    } else if (kind === 'wild') {
      const step = random.pick([freeKept, freeAddress, spoilHeader]);
      const address = random.pick([0, 7, 8, 4096, 4104, 65_536, 0x7fff_fff8, 0xffff_fff8, random.u32()]);
      steps.push(step, step === freeAddress ? address : random.below(Math.max(1, kept << 8)) >>> 0);
    } else if (free.size > 0) {
      const which = random.pick([...free]);
      free.delete(which);
      steps.push(freeKept, which);
    }
  }
  return execution(id, { blockData: new Uint8Array(Uint32Array.from(steps).buffer) });
}

function allocationSize(random: Random): number {
  const power = 2 ** random.between(0, 16);
  const near = power + random.pick([-1, 0, 1]);
  return random.chance(0.98)
    ? near
    : random.pick([1 << 24, (1 << 25) - 1, 1 << 25, (1 << 25) + 1, 0xffff_ffff, 0]);
}
