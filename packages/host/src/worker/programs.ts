import type { Logger } from 'pino';
import type { WorkerKind } from '../errors.ts';
import { engineIdentity } from './engine.ts';
import {
  type Ask,
  type ExpectedProgram,
  isMissing,
  isReplaced,
  type ProbedProgram,
  probeProgram,
} from './program.ts';

/** The two worker programs as they were when the host started, and whether they still are. */
export class Programs {
  readonly engine: string;
  readonly #expected: ExpectedProgram;
  readonly #programs: Record<WorkerKind, ProbedProgram>;
  readonly #logger: Logger;
  #stopReason: string | undefined;

  private constructor(
    programs: Record<WorkerKind, ProbedProgram>,
    expected: ExpectedProgram,
    logger: Logger,
  ) {
    this.#logger = logger;
    this.#programs = programs;
    this.#expected = expected;
    this.engine = engineIdentity(Object.values(programs));
  }

  /**
   * @param checkDir see `probeProgram`
   * @param ask see `probeProgram`
   * @throws HostError WORKER_UNUSABLE, WORKER_VERSION, UNTESTED_NODE
   */
  static async probe(
    at: Record<WorkerKind, string>,
    expected: ExpectedProgram,
    checkDir: string,
    ask: Record<WorkerKind, Ask>,
    logger: Logger,
  ): Promise<Programs> {
    const [prepare, execute] = await Promise.all([
      probeProgram('prepare', at.prepare, expected, checkDir, ask.prepare),
      probeProgram('execute', at.execute, expected, undefined, ask.execute),
    ]);
    return new Programs({ prepare, execute }, expected, logger);
  }

  get(kind: WorkerKind): ProbedProgram {
    return this.#programs[kind];
  }

  /** Both take part in the trial at the host's start. */
  get takeTrial(): boolean {
    return this.#programs.prepare.takesTrial && this.#programs.execute.takesTrial;
  }

  /** Set once a program was found replaced. */
  get stopReason(): string | undefined {
    return this.#stopReason;
  }

  /**
   * Looks whether a program was replaced since the host started, as an in-place upgrade does. A new file that is the
   * same program is accepted; so is none at all, which is an ordinary failure to start.
   * @returns undefined if the program may be started, else what happened and what to do
   */
  async replaced(kind: WorkerKind): Promise<string | undefined> {
    const known = this.#stopReason;
    this.#stopReason ??= await this.#compare(kind);
    const reason = this.#stopReason;
    if (reason !== known) this.#logger.error({ reason }, 'the host stopped: it starts no more workers');
    return reason;
  }

  async #compare(kind: WorkerKind): Promise<string | undefined> {
    const known = this.#programs[kind];
    if (!isReplaced(known) || isMissing(known)) return undefined;
    const remedy = 'restart the host to use the new one';
    try {
      const found = await probeProgram(kind, known.path, this.#expected);
      if (engineIdentity(Object.values({ ...this.#programs, [kind]: found })) !== this.engine) {
        return `${known.path} was ${known.fullVersion} when the host started and is another program now; ${remedy}`;
      }
      this.#programs[kind] = found;
      return undefined;
    } catch (error) {
      return `${known.path} was replaced while the host ran: ${error instanceof Error ? error.message : error}; ${remedy}`;
    }
  }
}
