import { type PrepareError, PrepareWorkerResult, PvfPrepData } from '@pvf/protocol';
import { settle } from '@pvf/test-kit';
import { expect } from 'vitest';
import type { FromPrepareQueue, PreparePriority } from '../../../src/prepare/messages.ts';
import { PrepareQueue } from '../../../src/prepare/queue.ts';
import { type PrepareAnswer, type PrepareWork, prepareWork } from '../../../src/prepare/work.ts';
import type { Destination } from '../../../src/store/artifact.ts';
import type { Promoted } from '../../../src/threads/tasks.ts';
import { WorkerPool } from '../../../src/worker/pool.ts';
import { disk } from './disk.ts';
import type { FakeProcess } from './fake-process.ts';
import { must } from './notes.ts';
import { LIMIT_MS, MAX_STARTS, PoolWorld, type WorldJob } from './pool-world.ts';

export const ANSWERS = [
  'ok',
  'at its limit',
  'above its limit',
  'a refusal',
  'a fault',
  'not begun',
  'nonsense',
  'twice',
  'another checksum',
] as const;

type Answer = (typeof ANSWERS)[number];
type Expected = { type: 'prepared'; path: string } | { type: 'failed'; error: Partial<PrepareError> };
type Job = WorldJob<Expected> & {
  aborted: boolean;
  result?: FromPrepareQueue<PrepareAnswer>;
};

export class PrepareWorld extends PoolWorld<undefined, Expected, Job, Answer> {
  readonly soft: number;
  readonly hard: number;
  protected readonly death = { type: 'failed', error: { type: 'IoErr' } } as const;
  readonly pool: WorkerPool<undefined, PrepareWork, PrepareAnswer>;
  readonly #queue: PrepareQueue<PrepareWork, PrepareAnswer>;
  readonly #promotions: (() => void)[] = [];
  /** Whether files are put in place as soon as asked, or when `promote` is called. */
  slow = false;

  constructor(soft: number, hard: number) {
    super();
    this.soft = soft;
    this.hard = hard;
    const { clock } = this.shop;
    const store = {
      promote: (tmpPath: string, checksum: Uint8Array, to: Destination) => this.#put(tmpPath, checksum, to),
    };
    this.pool = new WorkerPool({
      ...this.shop.options(),
      kind: 'prepare',
      driver: {
        spawn: this.shop.spawn,
        run: (process, work, onStarted) => prepareWork(clock, store, process, work, onStarted),
        abandon: async (answer) => {
          if (answer.type === 'prepared') disk.files.delete(answer.path);
        },
      },
    });
    this.#queue = new PrepareQueue({ soft, hard, pool: this.pool });
    this.pool.reportTo(this.#queue);
    this.#queue.reportTo({
      handlePreparation: (message) => this.shop.notes.taking(() => this.#told(message)),
    });
  }

  request(priority: PreparePriority): void {
    const id = this.jobs.length;
    this.jobs.push({ starts: 0, givenAt: 0, aborted: false });
    this.#queue.handle({
      type: 'enqueue',
      job: `${id}`,
      priority,
      work: { request: requestOf(id), destination: { type: 'file', path: `/artifacts/${id}` } },
    });
  }

  async #put(tmpPath: string, checksum: Uint8Array, to: Destination): Promise<Promoted> {
    const path = to.type === 'file' ? to.path : '';
    if (this.slow) await new Promise<void>((resolve) => this.#promotions.push(resolve));
    if (checksum[0] !== 1)
      return { ok: false, error: { type: 'RenameTmpFile', err: 'sum', src: '', dest: '' } };
    disk.files.delete(tmpPath);
    disk.files.add(path);
    return { ok: true, path, size: 1 };
  }

  protected reply(process: FakeProcess<undefined>, id: number, job: Job, how: Answer): void {
    const cannotEmpty = { type: 'failed', error: { type: 'ClearWorkerDir' } } as const;
    const spoilt = disk.broken.has(process.dir);
    if (how === 'nonsense') {
      job.expected = { type: 'failed', error: { type: 'IoErr' } };
      process.answer(Uint8Array.of(9));
      return;
    }
    if (how === 'not begun' || how === 'a fault' || how === 'a refusal') {
      const errors: Record<typeof how, PrepareError> = {
        'not begun': { type: 'Kernel', value: 'the job did not begin: no' },
        'a fault': { type: 'JobDied', err: `of ${id}`, jobPid: 1 },
        'a refusal': { type: 'Prevalidation', value: `of ${id}` },
      };
      const error = errors[how];
      if (how === 'a fault' || (how === 'a refusal' && !spoilt)) job.expected = { type: 'failed', error };
      if (how === 'a refusal' && spoilt) job.expected = cannotEmpty;
      process.answer(PrepareWorkerResult.encode({ ok: false, error }));
      return;
    }
    const late = how === 'above its limit';
    const cpuTimeElapsed = { secs: BigInt(LIMIT_MS / 1_000) - (how === 'ok' ? 1n : 0n), nanos: late ? 1 : 0 };
    const memoryStats = { memoryTrackerStats: undefined, maxRss: undefined, peakTrackedAlloc: 0n };
    const checksum = new Uint8Array(32).fill(how === 'another checksum' ? 2 : 1);
    const value = { checksum, stats: { cpuTimeElapsed, memoryStats, observedWasmCodeLen: 1 } };
    if (late) job.expected = { type: 'failed', error: { type: 'TimedOut' } };
    else if (spoilt) job.expected = cannotEmpty;
    else if (how === 'another checksum') job.expected = { type: 'failed', error: { type: 'RenameTmpFile' } };
    else job.expected = { type: 'prepared', path: `/artifacts/${id}` };
    process.answer(PrepareWorkerResult.encode({ ok: true, value }), how === 'twice' ? 2 : 1);
  }

  /** What comes of a file that is being put in place is settled already. */
  spoil(which: number): void {
    if (this.#promotions.length === 0) this.shop.spoil(which);
  }

  abort(which: number): void {
    const open = this.open();
    const job = open[which % (open.length || 1)];
    if (job === undefined) return;
    job.aborted = true;
    this.#queue.handle({ type: 'cancel', job: `${this.jobs.indexOf(job)}` });
  }

  raise(which: number): void {
    const open = this.open();
    const job = open[which % (open.length || 1)];
    if (job !== undefined) this.#queue.handle({ type: 'raise', job: `${this.jobs.indexOf(job)}` });
  }

  promote(): void {
    for (const each of this.#promotions.splice(0)) each();
  }

  open(): Job[] {
    return this.jobs.filter(({ result, aborted }) => result === undefined && !aborted);
  }

  check(): void {
    const { queued, running, workers } = this.#queue.counts();
    const alive = this.shop.alive();
    this.shop.check(workers, running);
    must(workers <= this.hard, 'there are no more workers than the hard limit');
    must(workers <= this.soft || running === alive.length, 'no worker is idle above the soft limit');
    must(queued === 0 || running === alive.length, 'nobody waits beside an idle worker');
    must(running + queued === this.open().length, 'no request is lost, and what is over is not run');
    this.checkWaiting();
    if (this.#promotions.length > 0) return;
    for (const job of this.jobs)
      must(
        job.expected === undefined || job.result !== undefined || job.aborted,
        'whom a worker has answered does not wait',
      );
    const kept = this.jobs.flatMap(({ result }, id) =>
      result?.type === 'concluded' && result.answer.type === 'prepared' ? [`${id}`] : [],
    );
    expect(disk.list('/artifacts').sort(), 'artifacts of those who got them').toEqual(kept.sort());
  }

  /** No worker begins with what it gets, until nothing is open. */
  async beUnlucky(): Promise<void> {
    this.slow = false;
    this.promote();
    await settle();
    await this.serveAll('not begun');
  }

  /** Sound workers from now on: all that is open is worked off. */
  async workOff(): Promise<void> {
    this.slow = false;
    this.promote();
    await this.serveAll('ok');
  }

  protected override beforeEnd(): void {
    this.promote();
  }

  protected idOf({ request }: FakeProcess<undefined>): number {
    const { maybeCompressedCode } = PvfPrepData.decode(request!.frame);
    return Buffer.from(maybeCompressedCode).readUInt32BE();
  }

  protected checkBegun(by: FakeProcess<undefined>): void {
    expect(disk.list(by.dir)).toEqual(['tmp-artifact']);
  }

  #told(message: FromPrepareQueue<PrepareAnswer>): void {
    const job = this.jobs[Number(message.job)]!;
    must(job.result === undefined && !job.aborted, 'a request ends once');
    if (message.type === 'started') return;
    job.result = message;
    if (message.type === 'failed') {
      must(
        job.expected === undefined && this.shop.explains(message.reason, MAX_STARTS),
        'a request without a worker has had its chances',
      );
      return;
    }
    this.checkHung(job);
    expect(message.answer).toMatchObject(job.expected ?? { type: 'failed', error: { type: 'TimedOut' } });
  }
}

function requestOf(id: number): PvfPrepData {
  const maybeCompressedCode = new Uint8Array(4);
  new DataView(maybeCompressedCode.buffer).setUint32(0, id);
  return {
    maybeCompressedCode,
    validationCodeBombLimit: 1,
    codeHash: new Uint8Array(32),
    executorParams: [],
    prepTimeout: { secs: BigInt(LIMIT_MS / 1_000), nanos: 0 },
    prepKind: 'Compilation',
  };
}
