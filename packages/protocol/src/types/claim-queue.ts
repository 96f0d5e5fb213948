import { codec, inside, type Shape, struct, u32, valueFault, vector } from '../scale/index.ts';

/** What a core of the relay chain is going to serve. */
export interface ClaimQueueEntry {
  /** u32; descriptors can name those below 2¹⁶. */
  readonly core: number;
  /** Ids of the paras that the core serves next, in that order. */
  readonly paras: readonly number[];
}

/** Each core at most once, in any order. */
export type ClaimQueue = readonly ClaimQueueEntry[];

const entries = vector(struct<ClaimQueueEntry>({ core: u32, paras: vector(u32) }));

function refuseRepeatedCores(queue: ClaimQueue): void {
  const seen = new Set<number>();
  for (const [index, { core }] of queue.entries()) {
    if (seen.has(core)) throw inside(`[${index}]`, inside('core', valueFault(`core ${core} only once`)));
    seen.add(core);
  }
}

const shape: Shape<ClaimQueue> = {
  write(value, parts) {
    entries.write(value, parts);
    refuseRepeatedCores(value);
  },
  read(cursor) {
    const value = entries.read(cursor);
    refuseRepeatedCores(value);
    return value;
  },
};

/**
 * `BTreeMap<CoreIndex, VecDeque<ParaId>>`, what a node answers to `ParachainHost_claim_queue`. A core that is there
 * twice is refused (`INVALID_VALUE`): a map has none.
 */
export const ClaimQueue = codec<ClaimQueue>('ClaimQueue', shape);
