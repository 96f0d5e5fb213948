import type { Logger } from 'pino';
import { DEFAULT_MAX_POV_BYTES, INLINE_OUTPUT_BYTES } from '../limits.ts';
import { BUCKETS, type Place, placeKey, resultSubject, STREAMS } from '../names.ts';
import {
  type Answer,
  type Attempt,
  digestOf,
  type JobRecord,
  type Machine,
  packResult,
  parseResult,
  placeOf,
  readPrecheck,
  readValidate,
  sha256,
} from '../records/index.ts';
import { getObject, publishOnce, putObject, type Store, untilWritten } from '../store/index.ts';
import type { Codes } from './codes.ts';
import type { Executor } from './executor.ts';

interface WorkContext {
  readonly store: Store;
  readonly executor: Executor;
  readonly codes: Codes;
  readonly agent: string;
  readonly machine: Machine;
  readonly logger: Logger;
  readonly maxPovBytes?: number;
}

/** What becomes of one job on this machine: its inputs are fetched and checked, it is executed, its result written. */
export class Work {
  readonly #context: WorkContext;

  constructor(context: WorkContext) {
    this.#context = context;
  }

  /** Whether this agent may have it: one with more memory may. */
  takes({ head: { pov } }: JobRecord): boolean {
    return pov === undefined || pov.bytes <= this.#maxPovBytes;
  }

  get #maxPovBytes(): number {
    return this.#context.maxPovBytes ?? DEFAULT_MAX_POV_BYTES;
  }

  /**
   * Fetches what the job needs, and checks that it is what the job says.
   * @throws Error with a message for the list of attempts
   */
  async inputs({
    head,
    inline,
  }: JobRecord): Promise<{ blockData: Uint8Array; run: (signal: AbortSignal) => Promise<Answer> }> {
    const { store, codes, executor } = this.#context;
    const maxPovBytes = this.#maxPovBytes;
    const { request, pov } = head;
    if (!this.takes({ head, inline }))
      throw new Error(`its PoV of ${pov?.bytes} bytes is larger than this agent takes (${maxPovBytes})`);
    const [code, blockData] = await Promise.all([
      codes.get(head.code.hash, head.code.bytes, () => getObject(store.code, head.code.hash)),
      inline ??
        (pov === undefined
          ? new Uint8Array()
          : getObject(store.povs, placeKey({ ...head, replica: 0 }), maxPovBytes, pov.sha256)),
    ]);
    if (blockData === null) throw new Error('the cluster does not have its PoV');
    const isOther = inline !== undefined && sha256(inline) !== pov?.sha256;
    if (isOther || (pov !== undefined && blockData.length !== pov.bytes))
      throw new Error('its PoV has another hash than the job says');
    const run = async (signal: AbortSignal): Promise<Answer> => {
      if (request.task === 'precheck')
        return {
          task: 'precheck',
          outcome: await executor.precheck({ ...readPrecheck(request), code, signal }),
        };
      const input = readValidate(request, blockData);
      return {
        task: 'validate',
        outcome: await executor.validate({ ...input, code, signal } as Parameters<Executor['validate']>[0]),
      };
    };
    return { blockData, run };
  }

  /** Whether the job has its result already: the agent who wrote it could not say so any more. */
  async isAnswered(place: Place): Promise<boolean> {
    const { jsm } = this.#context.store.connection;
    const found = await jsm.direct.getMessage(STREAMS.results, { last_by_subj: resultSubject(place) });
    return found !== null;
  }

  /** Whether this agent has given another answer to the same candidate: somebody else must give this one. */
  async isMine(place: Place, replicas: number): Promise<boolean> {
    const { jsm } = this.#context.store.connection;
    for (let replica = 0; replica < replicas; replica += 1) {
      if (replica === place.replica) continue;
      const other = { ...place, replica };
      // Asked of the leader: copies may not have the newest yet.
      const message = await jsm.streams.getMessage(STREAMS.results, { last_by_subj: resultSubject(other) });
      if (message === null) continue;
      const result = await parseResult(message.data, other, () => this.#output(other)).catch(() => undefined);
      if (result?.agent === this.#context.agent) return true;
    }
    return false;
  }

  /** Writes the result, unless there is one. It takes as long as the store is full or the servers are away. */
  async write(
    job: JobRecord,
    answer: Answer,
    attempts: readonly Attempt[],
    signal: AbortSignal,
  ): Promise<'written' | 'exists' | 'aborted'> {
    const { store, agent, machine, logger } = this.#context;
    const place = placeOf(job.head);
    const asked = digestOf(job.head);
    const packed = packResult(
      { ...place, job: asked, agent, machine, answer, attempts },
      INLINE_OUTPUT_BYTES,
    );
    const options = {
      signal,
      onFull: () => logger.warn({ job: placeKey(place) }, 'the store of results is full; the result waits'),
      onLate: (error: unknown) =>
        logger.warn(
          { job: placeKey(place), error: String(error) },
          'the servers do not take a result; it waits',
        ),
    };
    const { object } = packed;
    if (object !== undefined) {
      const put = async () => {
        await putObject(store.connection, store.outputs, BUCKETS.outputs, placeKey(place), object);
        return true;
      };
      if ((await untilWritten(options, put)) === undefined) return 'aborted';
    }
    return await publishOnce(
      store.connection,
      STREAMS.results,
      resultSubject(place),
      packed.message,
      options,
    );
  }

  async #output(place: Place): Promise<Uint8Array | undefined> {
    return (await getObject(this.#context.store.outputs, placeKey(place))) ?? undefined;
  }
}
