import { settle } from '@pvf/test-kit';
import { disk } from './disk.ts';
import type { DEATHS, FakeProcess } from './fake-process.ts';
import { must } from './notes.ts';
import { Workshop } from './workshop.ts';

/** CPU time of a job, milliseconds. */
export const LIMIT_MS = 2_000;
const WALL_LIMIT_MS = 4 * LIMIT_MS;
export const MAX_STARTS = 5;

/** What a world knows of each request. */
export interface WorldJob<Expected> {
  starts: number;
  givenAt: number;
  /** What must become of it, once a worker has done something. */
  expected?: Expected;
}

/** Real queue, pool and drivers with workers that do what a sequence says; keeps account of each request. */
export abstract class PoolWorld<Spec, Expected, Job extends WorldJob<Expected>, How> {
  readonly jobs: Job[] = [];
  readonly shop = new Workshop<Spec>((by) => this.#served(by));

  constructor() {
    disk.files.clear();
    disk.broken.clear();
  }

  /** Requests that nobody has answered or given up. */
  abstract open(): Job[];
  /** What must hold between any two events. */
  abstract check(): void;
  abstract abort(which: number): void;
  /** The worker of a request answers. */
  protected abstract reply(process: FakeProcess<Spec>, id: number, job: Job, how: How): void;
  /** Which request a worker has. */
  protected abstract idOf(process: FakeProcess<Spec>): number;
  /** Of a request that a worker has just got. */
  protected abstract checkBegun(by: FakeProcess<Spec>, job: Job): void;
  /** What becomes of a request whose worker dies with it. */
  protected abstract readonly death: Expected;
  protected abstract readonly pool: { close(): Promise<void> };

  answer(which: number, how: How): void {
    const process = this.shop.asked(which);
    if (process === undefined) return;
    const id = this.idOf(process);
    this.reply(process, id, this.jobs[id]!, how);
  }

  die(which: number, how: (typeof DEATHS)[number]): void {
    const process = this.shop.any(which);
    if (process === undefined) return;
    if (process.request !== undefined && how !== 'leaves its request')
      this.jobs[this.idOf(process)]!.expected = this.death;
    process.die(how);
  }

  protected checkWaiting(): void {
    for (const { request } of this.shop.alive())
      must(
        request === undefined || this.shop.clock.now() < request.since + WALL_LIMIT_MS,
        'nobody waits longer than the wall limit',
      );
  }

  /** Of one that was answered and whose worker has done nothing: it hung. */
  protected checkHung({ expected, starts, givenAt }: Job): void {
    const askedMs = this.shop.clock.now() - givenAt;
    if (expected === undefined) must(starts > 0 && askedMs <= WALL_LIMIT_MS, 'who hangs was asked');
  }

  protected async serveAll(how: How): Promise<void> {
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
    while (this.open().length > 0) {
      this.abort(0);
      await settle();
    }
    const closed = this.pool.close();
    this.shop.startAll();
    this.beforeEnd();
    await closed;
    await settle();
    this.shop.notes.read();
    this.check();
    must(this.shop.alive().length === 0, 'nothing is left');
    must(this.shop.clock.pending === 0, 'no timer is left');
    must(disk.list('/workers').length === 0, 'no directory is left');
  }

  /** What holds up the end. */
  protected beforeEnd(): void {}

  #served(by: FakeProcess<Spec>): void {
    const job = this.jobs[this.idOf(by)]!;
    job.starts += 1;
    job.givenAt = this.shop.clock.now();
    must(this.open().includes(job), 'what is over is not begun');
    must(job.starts <= MAX_STARTS, 'a request is not begun for ever');
    this.checkBegun(by, job);
  }
}
