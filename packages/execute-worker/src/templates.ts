import type { ArtifactParts } from '@pvf/executor';
import {
  beforeJob,
  type JobLimits,
  type JobReport,
  RequestArena,
  Template,
  TemplateError,
  type TemplateJob,
  type WorkerContext,
} from '@pvf/worker';
import { executeJob } from './job/execute.ts';
import { type GuestSettings, makeTemplateGuest } from './job/guest.ts';
import { startsByItself } from './start-function.ts';

/** Each holds an artifact's code in memory of its own; a worker sees few PVFs in a row. */
const MAX_TEMPLATES = 3;
/** Remembered artifacts in all, with and without a template. */
const MAX_ENTRIES = 4 * MAX_TEMPLATES;
/** A template that takes more than this, in bytes, is not kept for the next candidate. */
const MAX_KEPT_RSS_BYTES = 512 * 1024 * 1024;

type Entry =
  | { readonly type: 'template'; readonly template: Template; readonly arena: RequestArena }
  /** Used once so far: a template would cost more than it saves if no second candidate came. */
  | { readonly type: 'seen' }
  /** Cannot be loaded ahead: its candidates run in jobs that load it themselves. */
  | { readonly type: 'unusable' };

/**
 * The artifacts that this worker has loaded ahead, by checksum; the least recently used one makes room. An artifact is
 * loaded ahead when its second candidate comes.
 */
export class Templates {
  readonly #context: WorkerContext;
  readonly #settings: GuestSettings;
  readonly #entries = new Map<string, Entry>();
  /** Key of the template that has just run a job. */
  #latest: string | undefined;

  constructor(context: WorkerContext, settings: GuestSettings) {
    this.#context = context;
    this.#settings = settings;
  }

  /**
   * Runs a candidate on the artifact's template, made now if this is the second one.
   *
   * @returns `undefined` when this artifact has no template: run the candidate in a job of its own
   */
  run(
    parts: ArtifactParts,
    checksum: Uint8Array,
    request: Uint8Array,
    limits: JobLimits,
  ): JobReport | undefined {
    const key = Buffer.from(checksum).toString('hex');
    const known = this.#entries.get(key);
    const entry: Entry =
      known === undefined ? this.#first() : known.type === 'seen' ? this.#make(parts, limits) : known;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (entry.type !== 'template') {
      this.#shrink();
      Template.rest();
      return undefined;
    }
    try {
      const report = entry.template.run(request, limits);
      if ((this.#context.readRss(entry.template.pid) ?? 0) > MAX_KEPT_RSS_BYTES) this.#drop(key);
      else this.#latest = key;
      return report;
    } catch (error) {
      this.#giveUp(key, error);
      Template.rest();
      return undefined;
    }
  }

  /** What is remembered of an artifact's first candidate. */
  #first(): Entry {
    return this.#context.templates ? { type: 'seen' } : { type: 'unusable' };
  }

  /** Has the job for the next candidate of the latest artifact made. */
  prepareJob(): void {
    const key = this.#latest;
    this.#latest = undefined;
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (key === undefined || entry?.type !== 'template') return;
    try {
      entry.template.prepareJob();
    } catch (error) {
      this.#giveUp(key, error);
    }
  }

  #giveUp(key: string, error: unknown): void {
    if (!(error instanceof TemplateError)) throw error;
    this.#context.log.warn({ err: error }, 'a template was given up');
    this.#drop(key);
  }

  #make(parts: ArtifactParts, { cpuLimitNs, hostFd }: JobLimits): Entry {
    if (startsByItself(parts.wasm)) return { type: 'unusable' };
    if (this.#count() >= MAX_TEMPLATES) this.#dropOldest();
    const arena = beforeJob(() => new RequestArena(this.#context.job.procFd));
    const load = (lock: () => void): TemplateJob => {
      const guest = makeTemplateGuest(parts, this.#settings, lock);
      return (request, writeFd) => executeJob(request, writeFd, () => guest);
    };
    const template = Template.start(this.#context.job, arena, cpuLimitNs, load, hostFd);
    if (template !== undefined) return { type: 'template', template, arena };
    arena.close();
    return { type: 'unusable' };
  }

  #count(): number {
    let count = 0;
    for (const { type } of this.#entries.values()) if (type === 'template') count++;
    return count;
  }

  /** Entries that hold no process cost nothing but must not pile up either. */
  #shrink(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= MAX_ENTRIES) return;
      if (entry.type !== 'template') this.#entries.delete(key);
    }
  }

  #dropOldest(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.type !== 'template') continue;
      this.#drop(key);
      return;
    }
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    if (entry?.type !== 'template') return;
    entry.template.close();
    entry.arena.close();
  }
}
