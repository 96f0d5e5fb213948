import type { ArtifactParts } from '@pvf/executor';
import { type BudgetLimits, TemplateBudget, templateBytes } from '@pvf/protocol';
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
import type { ArtifactFile } from './artifact-file.ts';
import { executeJob } from './job/execute.ts';
import { type GuestSettings, makeTemplateGuest } from './job/guest.ts';
import { startsByItself } from './start-function.ts';

/** A template that holds more than this, in bytes, is not kept for the next candidate. */
const MAX_KEPT_BYTES = 512 * 1024 * 1024;
/** Artifacts remembered to have no template. */
const MAX_UNUSABLE = 256;

interface Entry {
  readonly template: Template;
  readonly arena: RequestArena;
}

/** The artifacts that this worker has loaded ahead, by checksum: one template each, as many as the budget holds. */
export class Templates {
  readonly #context: WorkerContext;
  readonly #settings: GuestSettings;
  readonly #budget: TemplateBudget;
  readonly #entries = new Map<string, Entry>();
  /** Cannot be loaded ahead: their candidates run in jobs that load them themselves. */
  readonly #unusable = new Set<string>();
  /** Key of the template that has just run a job. */
  #latest: string | undefined;

  constructor(context: WorkerContext, settings: GuestSettings, limits: BudgetLimits) {
    this.#context = context;
    this.#settings = settings;
    this.#budget = new TemplateBudget(limits);
  }

  /** Whether there is a template of the artifact with this checksum (hex), which may turn out to be of no use. */
  holds(key: string): boolean {
    return this.#entries.has(key);
  }

  /**
   * Runs a candidate on the artifact's template, made now if it is worth it.
   *
   * @param artifact needed where there is no template (`holds`)
   * @param key the artifact's checksum, hex
   * @returns `undefined` when this artifact has no template: run the candidate in a job of its own
   */
  run(
    artifact: ArtifactFile | undefined,
    key: string,
    request: Uint8Array,
    limits: JobLimits,
  ): JobReport | undefined {
    this.#budget.use(key);
    const entry = this.#entries.get(key) ?? (artifact && this.#make(key, artifact, limits));
    if (entry === undefined) {
      Template.rest();
      return undefined;
    }
    try {
      const report = entry.template.run(request, limits);
      this.#latest = key;
      return report;
    } catch (error) {
      this.#giveUp(key, error);
      Template.rest();
      return undefined;
    }
  }

  /** Has the job for the next candidate of the latest artifact made. */
  prepareJob(): void {
    const key = this.#latest;
    this.#latest = undefined;
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (key === undefined || entry === undefined) return;
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

  #make(key: string, artifact: ArtifactFile, limits: JobLimits): Entry | undefined {
    if (!this.#context.templates || this.#unusable.has(key)) return undefined;
    this.#dropEnded();
    const bytes = templateBytes(artifact.size);
    const given = this.#budget.placeFor(key, bytes);
    if (given === undefined) return undefined;
    const parts = beforeJob(() => artifact.parts());
    if (!startsByItself(parts.wasm)) {
      for (const other of given) this.#drop(other);
      const entry = this.#start(artifact, parts, limits);
      if (entry !== undefined && this.#admit(key, entry, bytes)) return entry;
    }
    this.#neverAgain(key);
    return undefined;
  }

  /** Makes room for what it turned out to hold: the guest's memory and tables are not in the file, and may be large. */
  #admit(key: string, entry: Entry, expectedBytes: number): boolean {
    const bytes = Math.max(expectedBytes, this.#heldBytes(entry));
    const given = bytes > MAX_KEPT_BYTES ? undefined : this.#budget.placeFor(key, bytes);
    if (given === undefined) {
      end(entry);
      return false;
    }
    for (const other of given) this.#drop(other);
    this.#entries.set(key, entry);
    this.#budget.hold(key, bytes);
    entry.template.keep(bytes);
    return true;
  }

  /** What a template has allocated beyond its worker, in bytes. */
  #heldBytes({ template }: Entry): number {
    const { readMemory } = this.#context;
    return (readMemory(template.pid) ?? 0) - (readMemory(process.pid) ?? 0);
  }

  /** `undefined` when it cannot be loaded ahead. */
  #start(artifact: ArtifactFile, parts: ArtifactParts, limits: JobLimits): Entry | undefined {
    const { job } = this.#context;
    const arena = beforeJob(() => new RequestArena(job.procFd));
    const load = (lock: () => void): TemplateJob => {
      const guest = makeTemplateGuest(parts, this.#settings, () => {
        // The engine has copied what it needs: the rest would be held for the template's life.
        artifact.unmap();
        lock();
      });
      return (request, writeFd) => executeJob(request, writeFd, () => guest);
    };
    let template: Template | undefined;
    try {
      template = Template.start(job, arena, limits.cpuLimitNs, load, limits.hostFd);
    } finally {
      if (template === undefined) arena.close();
    }
    return template && { template, arena };
  }

  /** Those that did not rest as they should: what they held is free. */
  #dropEnded(): void {
    for (const [key, { template }] of this.#entries) if (template.isClosed) this.#drop(key);
  }

  #neverAgain(key: string): void {
    for (const oldest of this.#unusable) {
      if (this.#unusable.size < MAX_UNUSABLE) break;
      this.#unusable.delete(oldest);
    }
    this.#unusable.add(key);
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    this.#budget.drop(key);
    if (entry !== undefined) end(entry);
  }
}

function end({ template, arena }: Entry): void {
  template.close();
  arena.close();
}
