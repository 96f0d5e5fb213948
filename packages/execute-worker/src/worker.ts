import { type CodeCache, engineStamp, openCodeCache, prepareHostFunctions } from '@pvf/executor';
import {
  ARTIFACT_WANTED,
  durationToNs,
  ExecuteHandshake,
  ExecuteRequest,
  ExecuteWorkerResult,
  type ExecutorParams,
  executorSemantics,
  isProtocolError,
  type JobResponse,
  UnreadExecuteWorkerResult,
  UnreadExecutionDetail,
} from '@pvf/protocol';
import {
  beforeJob,
  enterJob,
  GuestLog,
  internalError,
  type JobLimits,
  type JobReport,
  markBegun,
  messageOf,
  NotBegunError,
  RequestArena,
  type RequestServer,
  runJob,
  type SpeedUps,
  Template,
  type WorkerContext,
} from '@pvf/worker';
import { type ArtifactFile, ArtifactFiles } from './artifact-file.ts';
import { executeJob } from './job/execute.ts';
import { type GuestSettings, makeGuest } from './job/guest.ts';
import { jobBounds } from './job-bounds.ts';
import { type ReadReport, readReport } from './job-report.ts';
import { rememberedArtifacts, templateLimits } from './template-limits.ts';
import { Templates } from './templates.ts';
import { warmUp } from './warm-up.ts';

const HANDSHAKE_LIMIT_BYTES = 1 << 20;
/** A PoV has at most 10 MiB on chain; this leaves room for what the reference's host would still send. */
const REQUEST_LIMIT_BYTES = 128 * 1024 * 1024;
const MAX_I64 = (1n << 63n) - 1n;
const CORRUPTED: JobResponse = { type: 'CorruptedArtifact' };

/** Loads everything that jobs will need, once; the forked jobs inherit it. */
export async function loadExecuteWorker(
  version: string,
  speedUps: SpeedUps,
): Promise<(context: WorkerContext) => ExecuteServer> {
  const codeCache = openCodeCache();
  prepareHostFunctions();
  const engine = `${engineStamp()} pvf-${version}`;
  if (speedUps.has('warm-up'))
    warmUp({ semantics: executorSemantics([]), loggingMaxLevel: 0, codeCache, engine });
  return (context) => new ExecuteServer(context, codeCache, engine);
}

/** Why nothing can be run: the file is not what the host believes it to be, or there is none and it is asked for. */
type NoArtifact = 'corrupted' | 'wanted';

/** What fails outside of jobs: told to the host, which retries elsewhere and then abstains. */
class OwnFailure extends Error {
  override readonly name = 'OwnFailure';
  readonly kind: 'CouldNotOpenFile' | 'Kernel';

  constructor(kind: OwnFailure['kind'], cause: unknown) {
    super(messageOf(cause), { cause });
    this.kind = kind;
  }
}

/** What was not there to begin with is no fault of the connection, and says so to the host. */
function kindOf(error: unknown): 'Kernel' | 'HostCommunication' {
  return error instanceof NotBegunError ? 'Kernel' : 'HostCommunication';
}

/** Takes the executor params, then requests. */
class ExecuteServer implements RequestServer {
  readonly requestLimitBytes = REQUEST_LIMIT_BYTES;
  readonly #context: WorkerContext;
  readonly #codeCache: CodeCache;
  readonly #engine: string;
  #worker!: ExecuteWorker;

  constructor(context: WorkerContext, codeCache: CodeCache, engine: string) {
    this.#context = context;
    this.#codeCache = codeCache;
    this.#engine = engine;
  }

  begin(): void {
    const frame = this.#context.connection.receive(HANDSHAKE_LIMIT_BYTES);
    if (frame === undefined) throw new Error('the host closed the connection before the executor params');
    const { executorParams } = ExecuteHandshake.decode(frame);
    this.#worker = new ExecuteWorker(this.#context, executorParams, this.#codeCache, this.#engine);
  }

  answer(request: Uint8Array): readonly Uint8Array[] {
    return this.#worker.answer(request);
  }

  answered(): void {
    this.#worker.prepareJob();
  }

  /** The worker's last answer. What is no failure of ours broke between the host and us. */
  farewell(error: unknown): readonly Uint8Array[] | undefined {
    // The reference cannot even count to such a length: it ends without a word.
    if (isProtocolError(error, 'FRAME_TOO_LARGE') && error.meta.length > MAX_I64) return undefined;
    const kind = error instanceof OwnFailure ? error.kind : kindOf(error);
    return ExecuteWorkerResult.encodeParts(internalError(kind, error));
  }
}

/** Answers one request after the other, all with the same executor params. */
class ExecuteWorker {
  readonly #context: WorkerContext;
  readonly #settings: GuestSettings;
  readonly #artifactFiles: ArtifactFiles;
  readonly #templates: Templates;
  readonly #outputLimitBytes: number;
  readonly #guestLog: GuestLog;

  constructor(given: WorkerContext, executorParams: ExecutorParams, codeCache: CodeCache, engine: string) {
    const semantics = executorSemantics(executorParams);
    prepareHostFunctions({ ecc: semantics.enabledHostFunctions.has('EccRfc163') });
    const { addedDataBytes, outputLimitBytes } = jobBounds(semantics);
    this.#outputLimitBytes = outputLimitBytes;
    const context = { ...given, job: { ...given.job, addedDataBytes } };
    this.#context = context;
    this.#guestLog = new GuestLog(context.kind, context.logLevel);
    this.#settings = { semantics, loggingMaxLevel: context.logLevel, codeCache, engine };
    const limits = templateLimits(context.templateMemoryBytes);
    this.#artifactFiles = new ArtifactFiles(
      `${context.workerDirPath}/artifact`,
      context.speedUps.has('known-artifacts') ? rememberedArtifacts() : 0,
    );
    this.#templates = new Templates(context, this.#settings, limits);
  }

  /** @throws OwnFailure, after which the worker must not go on: the reference's does not either */
  answer(requestBytes: Uint8Array): readonly Uint8Array[] {
    const read = this.#execute(requestBytes);
    // Nothing was run, which would have had them rest; and the host may take its time.
    if (typeof read === 'string') Template.rest();
    if (read === 'wanted') return ExecuteWorkerResult.encodeParts({ ok: false, error: ARTIFACT_WANTED });
    if (read === 'corrupted') {
      const value = { jobResponse: CORRUPTED, duration: { secs: 0n, nanos: 0 }, povSize: 0 };
      return ExecuteWorkerResult.encodeParts({ ok: true, value });
    }
    const { result, detail, pid } = read;
    this.#guestLog.write(pid, detail.logs, detail.logsLeftOut);
    const answer = UnreadExecuteWorkerResult.encodeParts(result);
    return this.#context.tellsDetail ? [...answer, ...UnreadExecutionDetail.encodeParts(detail)] : answer;
  }

  /** @throws OwnFailure */
  #execute(requestBytes: Uint8Array): (ReadReport & { readonly pid: number }) | NoArtifact {
    const { artifactChecksum, executionTimeout } = ExecuteRequest.decode(requestBytes);
    const key = Buffer.from(artifactChecksum).toString('hex');
    const isLoaded = this.#context.asksForArtifacts && this.#templates.holds(key);
    let found = isLoaded ? undefined : this.#find(artifactChecksum);
    if (typeof found === 'string') return found;
    const { job, readMemory, connection, speedUps } = this.#context;
    const limits: JobLimits = {
      cpuLimitNs: Number(durationToNs(executionTimeout)),
      outputLimitBytes: this.#outputLimitBytes,
      hostFd: connection.fd,
      orderNoneAhead: !speedUps.has('jobs-ahead'),
      memoryLimitBytes: job.addedDataBytes,
      readMemory,
      meanwhile: () => Template.look(),
    };
    try {
      let report = this.#templates.run(found, key, requestBytes, limits);
      if (report === undefined) {
        found ??= this.#find(artifactChecksum);
        if (typeof found === 'string') return found;
        report = this.#runAlone(found, requestBytes, limits);
      }
      return { ...readReport(report), pid: report.pid };
    } catch (error) {
      throw error instanceof OwnFailure ? error : new OwnFailure('Kernel', error);
    } finally {
      if (typeof found === 'object') found.unmap();
    }
  }

  /** @throws OwnFailure */
  #find(checksum: Uint8Array): ArtifactFile | NoArtifact {
    try {
      return this.#givenOrKnown(checksum);
    } catch (error) {
      throw new OwnFailure('CouldNotOpenFile', error);
    }
  }

  /** What was given goes first: the host may have made the artifact anew because something is wrong with what is known. */
  #givenOrKnown(checksum: Uint8Array): ArtifactFile | NoArtifact {
    try {
      return this.#artifactFiles.open(checksum) ?? 'corrupted';
    } catch (error) {
      const isGiven = (error as NodeJS.ErrnoException).code !== 'ENOENT';
      if (isGiven || !this.#context.asksForArtifacts) throw error;
      return this.#artifactFiles.known(checksum) ?? 'wanted';
    }
  }

  /** Between two requests: what the next one would otherwise wait for. */
  prepareJob(): void {
    const { speedUps, connection } = this.#context;
    if (speedUps.has('jobs-ahead')) this.#templates.prepareJob();
    else Template.settle(connection.fd);
  }

  /** In a job that loads the artifact itself. */
  #runAlone(artifact: ArtifactFile, requestBytes: Uint8Array, limits: JobLimits): JobReport {
    const { job } = this.#context;
    const parts = beforeJob(() => artifact.parts());
    const arena = beforeJob(() => new RequestArena(job.procFd));
    const body = (writeFd: number): number => {
      const { window, lock } = enterJob(job, writeFd, limits.cpuLimitNs, arena.readFd);
      markBegun(writeFd);
      const request = window!.request(requestBytes.length);
      return executeJob(request, writeFd, () => makeGuest(parts, this.#settings, lock));
    };
    try {
      beforeJob(() => arena.fill(requestBytes));
      return runJob({ ...limits, job, marksBeginning: true, body });
    } finally {
      arena.close();
    }
  }
}
