import { type PrepareError, PrepareWorkerResult, PvfPrepData } from '@pvf/protocol';
import { settle } from '@pvf/test-kit';
import { expect } from 'vitest';
import type { FromPrepareQueue, PreparePriority } from '../../../src/prepare/messages.ts';
import { PrepareQueue } from '../../../src/prepare/queue.ts';
import { type PrepareAnswer, type PrepareWork, prepareWork } from '../../../src/prepare/work.ts';
import { WorkerPool } from '../../../src/worker/pool.ts';
import { disk } from './disk.ts';
import type { DEATHS, FakeProcess } from './fake-process.ts';
import { must } from './notes.ts';
import { Workshop } from './workshop.ts';

const LIMIT_MS = 2_000;
const WALL_LIMIT_MS = 4 * LIMIT_MS;
const MAX_STARTS = 5;

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

type Job = {
  starts: number;
  givenAt: number;
  aborted: boolean;
  /** What must become of it, once a worker has done something. */
  expected?: { type: 'prepared'; path: string } | { type: 'failed'; error: Partial<PrepareError> };
  result?: FromPrepareQueue<PrepareAnswer>;
};

/** As `ExecuteWorld`, for preparation. */
export class PrepareWorld {
  readonly soft: number;
  readonly hard: number;
  readonly jobs: Job[] = [];
  readonly shop = new Workshop<undefined>((by) => this.#served(by));
  readonly pool: WorkerPool<undefined, PrepareWork, PrepareAnswer>;
  readonly #queue: PrepareQueue<PrepareWork, PrepareAnswer>;
  readonly #promotions: (() => void)[] = [];
  /** Whether files are put in place as soon as asked, or when `promote` is called. */
  slow = false;

  constructor(soft: number, hard: number) {
    this.soft = soft;
    this.hard = hard;
    const { clock } = this.shop;
    disk.files.clear();
    disk.broken.clear();
    this.pool = new WorkerPool({
      ...this.shop.options(),
      kind: 'prepare',
      work: (process, work, onStarted) => prepareWork(clock, process, work, onStarted),
      abandoned: async (answer) => {
        if (answer.type === 'prepared') disk.files.delete(answer.path);
      },
      toQueue: (message) => this.#queue.handlePool(message),
    });
    this.#queue = new PrepareQueue({
      soft,
      hard,
      toPool: (message) => this.pool.handle(message),
      toHost: (message) => this.shop.notes.taking(() => this.#told(message)),
    });
  }

  request(priority: PreparePriority): void {
    const id = this.jobs.length;
    this.jobs.push({ starts: 0, givenAt: 0, aborted: false });
    const path = `/artifacts/${id}`;
    const promote: PrepareWork['promote'] = async (tmpPath, checksum) => {
      if (this.slow) await new Promise<void>((resolve) => this.#promotions.push(resolve));
      if (checksum[0] !== 1)
        return { ok: false, error: { type: 'RenameTmpFile', err: 'sum', src: '', dest: '' } };
      disk.files.delete(tmpPath);
      disk.files.add(path);
      return { ok: true, path, size: 1 };
    };
    this.#queue.handle({
      type: 'enqueue',
      job: `${id}`,
      priority,
      work: { request: requestOf(id), promote },
    });
  }

  answer(which: number, how: (typeof ANSWERS)[number]): void {
    const process = this.shop.asked(which);
    if (process === undefined) return;
    const id = idOf(process);
    const job = this.jobs[id]!;
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

  die(which: number, how: (typeof DEATHS)[number]): void {
    const process = this.shop.any(which);
    if (process === undefined) return;
    if (process.request !== undefined && how !== 'leaves its request')
      this.jobs[idOf(process)]!.expected = { type: 'failed', error: { type: 'IoErr' } };
    process.die(how);
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
    for (const { request } of alive)
      must(
        request === undefined || this.shop.clock.now() < request.since + WALL_LIMIT_MS,
        'nobody waits longer than the wall limit',
      );
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
    await this.#serveAll('not begun');
  }

  /** Sound workers from now on: all that is open is worked off. */
  async workOff(): Promise<void> {
    this.slow = false;
    this.promote();
    await this.#serveAll('ok');
  }

  async #serveAll(how: (typeof ANSWERS)[number]): Promise<void> {
    for (let round = 0; this.open().length > 0 && round < 8 * this.jobs.length; round += 1) {
      this.shop.startAll();
      await settle();
      for (const process of this.shop.alive()) process.take();
      await settle();
      for (let each = this.shop.alive().length; each > 0; each -= 1) this.answer(0, how);
      await this.shop.clock.advance(1_000);
      this.check();
    }
    must(this.open().length === 0, 'nothing stalls');
  }

  async close(): Promise<void> {
    while (this.open().length > 0) this.abort(0);
    const closed = this.pool.close();
    this.shop.startAll();
    this.promote();
    await closed;
    await settle();
    this.shop.notes.read();
    this.check();
    must(this.shop.alive().length === 0, 'nothing is left');
    must(this.shop.clock.pending === 0, 'no timer is left');
    must(disk.list('/workers').length === 0, 'no directory is left');
  }

  #served(by: FakeProcess<undefined>): void {
    const job = this.jobs[idOf(by)]!;
    job.starts += 1;
    job.givenAt = this.shop.clock.now();
    must(job.result === undefined && !job.aborted, 'what is over is not begun');
    must(job.starts <= MAX_STARTS, 'a request is not begun for ever');
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
    const hung = { type: 'failed', error: { type: 'TimedOut' } };
    const askedMs = this.shop.clock.now() - job.givenAt;
    if (job.expected === undefined) must(job.starts > 0 && askedMs <= WALL_LIMIT_MS, 'who hangs was asked');
    expect(message.answer).toMatchObject(job.expected ?? hung);
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

function idOf({ request }: FakeProcess<undefined>): number {
  const { maybeCompressedCode } = PvfPrepData.decode(request!.frame);
  return Buffer.from(maybeCompressedCode).readUInt32BE();
}
