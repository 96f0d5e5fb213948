import {
  ARTIFACT_WANTED,
  ExecuteRequest,
  ExecuteWorkerResult,
  type ExecutorParams,
  type WorkerError,
  type WorkerResponse,
} from '@pvf/protocol';
import { expect } from 'vitest';
import type { ExecuteWork } from '../../../src/execute/give.ts';
import { ExecuteQueue } from '../../../src/execute/queue.ts';
import { type ExecuteAnswer, executeWork } from '../../../src/execute/work.ts';
import { KINDS } from '../../../src/kinds.ts';
import type { Metrics, SlownessWatch } from '../../../src/metrics/index.ts';
import { type ExecutionResult, Executions } from '../../../src/request/executions.ts';
import { WorkerPool } from '../../../src/worker/pool.ts';
import { disk } from './disk.ts';
import type { FakeProcess } from './fake-process.ts';
import { must } from './notes.ts';
import { LIMIT_MS, MAX_STARTS, PoolWorld, type WorldJob } from './pool-world.ts';

export const ANSWERS = [
  'ok',
  'at its limit',
  'above its limit',
  'an error',
  'not begun',
  'wants its artifact',
  'nonsense',
  'twice',
] as const;
type Answer = (typeof ANSWERS)[number];
interface Expected {
  type: ExecuteAnswer['type'];
  error?: WorkerError;
  response?: WorkerResponse;
}
type Job = WorldJob<Expected> & {
  readonly kind: (typeof KINDS)[number];
  readonly params: number;
  readonly artifact: number;
  readonly since: number;
  readonly abort: AbortController;
  /** Its artifact's file was removed while it waited. */
  lost?: true;
  /** The worker has asked for its artifact, and must get it with the same request. */
  wantedBy?: FakeProcess<ExecutorParams> | undefined;
  result?: ExecutionResult | 'aborted';
};

/** Artifacts of which a worker has those that it was given last. */
const REMEMBERED = 2;
const OF_OURS = { tellsDetail: false, remembersArtifacts: REMEMBERED };

const paramsOf = (which: number): ExecutorParams => [{ type: 'StackLogicalMax', value: which + 1 }];

export class ExecuteWorld extends PoolWorld<ExecutorParams, Expected, Job, Answer> {
  readonly capacity: number;
  protected readonly death = { type: 'worker-died' } as const;
  readonly pool: WorkerPool<ExecutorParams, ExecuteWork, ExecuteAnswer>;
  readonly #queue: ExecuteQueue<ExecutorParams, ExecuteWork, ExecuteAnswer>;
  readonly #executions: Executions;
  /** By worker, the artifacts that it was given, the latest last. */
  readonly #given = new Map<FakeProcess<ExecutorParams>, number[]>();
  #inside = 0;

  constructor(capacity: number) {
    super();
    this.capacity = capacity;
    const { clock } = this.shop;
    this.pool = new WorkerPool({
      ...this.shop.options(),
      kind: 'execute',
      driver: {
        spawn: this.shop.spawn,
        run: (process, work, onStarted) => executeWork(clock, process, work, onStarted, OF_OURS),
        abandon: async () => {},
      },
    });
    this.#queue = new ExecuteQueue({ capacity, clock, pool: this.pool });
    this.pool.reportTo(this.#queue);
    const metrics = {
      executeEnqueued: () => (this.#inside += 1),
      executeStarted: () => {},
      executeFinished: () => (this.#inside -= 1),
    };
    const slowness = { started: () => {} };
    this.#executions = new Executions(
      this.#queue,
      metrics as unknown as Metrics,
      slowness as unknown as SlownessWatch,
    );
    this.#queue.reportTo(this.#executions);
  }

  request(kind: Job['kind'], params: number, artifact = 0): void {
    const id = this.jobs.length;
    const job: Job = {
      kind,
      params,
      artifact,
      since: this.shop.clock.now(),
      abort: new AbortController(),
      starts: 0,
      givenAt: 0,
    };
    this.jobs.push(job);
    const artifactPath = `/artifacts/${artifact}`;
    disk.files.add(artifactPath);
    const spec = paramsOf(params);
    const work = { request: requestOf(id), artifactPath };
    const settled = (result: NonNullable<Job['result']>): void => {
      must(job.result === undefined, 'a request ends once');
      must(
        (result === 'aborted') === job.abort.signal.aborted,
        'whoever gave up, and nobody else, is told so',
      );
      job.result = result;
      if (result !== 'aborted') this.#compare(job, result);
    };
    this.#executions
      .run(
        { kind, paramsHash: `params ${params}`, spec, schedulingParent: undefined, work },
        job.abort.signal,
        () => {},
      )

      .then(
        (result) => this.shop.notes.taking(() => settled(result)),
        () => this.shop.notes.taking(() => settled('aborted')),
      );
  }

  protected reply(process: FakeProcess<ExecutorParams>, id: number, job: Job, how: Answer): void {
    if (how === 'nonsense') {
      job.expected = { type: 'worker-died' };
      process.answer(Uint8Array.of(9));
      return;
    }
    if (how === 'wants its artifact') {
      if (!this.#isGiven(process)) {
        // The same request once more is neither another job of the worker's nor another start of the request.
        process.served -= 1;
        job.starts -= 1;
        job.wantedBy = process;
      }
      process.answer(ExecuteWorkerResult.encode({ ok: false, error: ARTIFACT_WANTED }));
      return;
    }
    if (how === 'not begun' || how === 'an error') {
      const value = how === 'an error' ? `of ${id}` : 'the job did not begin: no';
      const error: WorkerError = { type: 'InternalError', value: { type: 'Kernel', value } };
      if (how === 'an error') job.expected = { type: 'worker-error', error };
      process.answer(ExecuteWorkerResult.encode({ ok: false, error }));
      return;
    }
    const late = how === 'above its limit';
    const duration = { secs: BigInt(LIMIT_MS / 1_000) - (how === 'ok' ? 1n : 0n), nanos: late ? 1 : 0 };
    const value = { jobResponse: { type: 'PoVDecompressionFailure' as const }, duration, povSize: id };
    if (late) job.expected = { type: 'worker-error', error: { type: 'JobTimedOut' } };
    else if (disk.broken.has(process.dir)) job.expected = { type: 'host-fault' };
    else job.expected = { type: 'answered', response: value };
    process.answer(ExecuteWorkerResult.encode({ ok: true, value }), how === 'twice' ? 2 : 1);
  }

  /** A worker that was given no file with its request has the artifact no more. */
  want(which: number): void {
    const asked = this.shop.alive().filter((each) => each.request !== undefined && !this.#isGiven(each));
    const process = asked[which % (asked.length || 1)];
    if (process === undefined) return;
    const id = this.idOf(process);
    this.reply(process, id, this.jobs[id]!, 'wants its artifact');
  }

  /** A file is removed; new requests have it made again. */
  lose(artifact: number): void {
    disk.files.delete(`/artifacts/${artifact}`);
    for (const job of this.open()) if (job.artifact === artifact) job.lost = true;
  }

  abort(which: number): void {
    const open = this.open();
    open[which % (open.length || 1)]?.abort.abort(new Error('nobody wants it any more'));
  }

  open(): Job[] {
    return this.jobs.filter(({ result }) => result === undefined);
  }

  /** What must hold between any two events. */
  check(): void {
    const { queued, running, workers } = this.#queue.counts();
    const waiting = KINDS.reduce((sum, kind) => sum + queued[kind], 0);
    const alive = this.shop.alive();
    const open = this.open().length;
    this.shop.check(workers, running);
    must(workers <= this.capacity, 'there are no more workers than the capacity');
    must(
      waiting === 0 || (workers === this.capacity && running === alive.length),
      'nobody waits beside an idle worker',
    );
    must(
      running + waiting <= open && open <= running + waiting + workers - alive.length,
      'no request is lost',
    );
    must(this.#inside === open, 'each request is counted until it ends');
    for (const { expected, result } of this.jobs)
      must(expected === undefined || result !== undefined, 'whom a worker has answered does not wait');
    this.checkWaiting();
  }

  /** No worker begins with what it gets, until nothing is open. */
  async beUnlucky(): Promise<void> {
    await this.serveAll('not begun');
  }

  /** Sound workers from now on: all that is open is worked off. */
  async workOff(): Promise<void> {
    await this.serveAll('ok');
  }

  protected idOf({ request }: FakeProcess<ExecutorParams>): number {
    const { pov } = ExecuteRequest.decode(request!.frame);
    return Buffer.from(pov.blockData).readUInt32BE();
  }

  protected checkBegun(by: FakeProcess<ExecutorParams>, job: Job): void {
    expect(by.spec).toEqual(paramsOf(job.params));
    const { wantedBy } = job;
    job.wantedBy = undefined;
    const given = this.#given.get(by) ?? [];
    this.#given.set(by, given);
    if (!this.#isGiven(by)) {
      must(wantedBy !== by, 'whoever asks for a file gets it');
      must(given.slice(-REMEMBERED).includes(job.artifact), 'nobody has to remember more than was said');
      return;
    }
    expect(disk.list(by.dir)).toEqual(['artifact']);
    const has = given.slice(-REMEMBERED).includes(job.artifact);
    must(!has || wantedBy === by, 'a file is given once');
    this.#given.set(by, [...given.filter((each) => each !== job.artifact), job.artifact]);
  }

  #isGiven({ dir }: FakeProcess<ExecutorParams>): boolean {
    return disk.list(dir).includes('artifact');
  }

  #compare(job: Job, result: ExecutionResult): void {
    if (result.type === 'answer' && result.answer.type === 'artifact-missing') {
      must(
        job.lost === true && job.expected === undefined,
        'what was not begun is told only of what is gone',
      );
      return;
    }
    if (result.type === 'answer') {
      this.checkHung(job);
      expect(result.answer).toMatchObject(job.expected ?? { type: 'wall-timeout' });
      return;
    }
    if (result.type === 'dropped') throw new Error('nothing is dropped');
    must(
      job.expected === undefined && this.shop.explains(result.reason, MAX_STARTS),
      'a request without a worker has had its chances',
    );
  }
}

function requestOf(id: number): ExecuteRequest {
  const hash = new Uint8Array(32);
  const blockData = new Uint8Array(4);
  new DataView(blockData.buffer).setUint32(0, id);
  return {
    pvd: { parentHead: blockData, relayParentNumber: 0, relayParentStorageRoot: hash, maxPovSize: 0 },
    pov: { blockData },
    executionTimeout: { secs: BigInt(LIMIT_MS / 1_000), nanos: 0 },
    artifactChecksum: hash,
    relayParent: hash,
    schedulingParent: hash,
    descriptorVersion: { type: 'V1' },
  };
}
