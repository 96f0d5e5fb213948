import { closeSync, openSync, writeSync } from 'node:fs';
import { type CodeCache, compileJavaScript, engineStamp, openCodeCache } from '@pvf/executor';
import {
  artifactChecksum,
  artifactRecord,
  durationToNs,
  type PrepareError,
  PrepareWorkerResult,
  PvfPrepData,
  paramsPrepHash,
  precheckingMaxMemory,
  UnreadPrepareWorkerResult,
} from '@pvf/protocol';
import {
  beforeJob,
  enterJob,
  type JobReport,
  markBegun,
  messageOf,
  RequestArena,
  type RequestServer,
  runJob,
  type WorkerContext,
} from '@pvf/worker';
import { prepareJob } from './job/prepare.ts';
import { readJobAnswer, statsOf } from './job-report.ts';

/** Code has at most a few MiB on chain, an upgrade's bomb limit included. */
const REQUEST_LIMIT_BYTES = 128 * 1024 * 1024;
/** The artifact of the largest known runtime has 60 MB. */
const OUTPUT_LIMIT_BYTES = 1024 * 1024 * 1024;
/** Where the executor params set no limit of memory: many times what the largest known runtime needs. */
const UNLIMITED_MEMORY_BYTES = 8 * 1024 ** 3;
/** Above the limit that the worker watches. The kernel's is only the belt; it counts what is reserved, not what is used. */
const DATA_MARGIN_BYTES = 4 * 1024 ** 3;

/** Loads everything that jobs will need, once; the forked jobs inherit it. */
export async function loadPrepareWorker(version: string): Promise<(context: WorkerContext) => PrepareServer> {
  // Of the flags that artifacts are made under: before the compilers of JavaScript are turned on.
  const engine = `${engineStamp()} pvf-${version}`;
  compileJavaScript(true);
  const codeCache = openCodeCache();
  return (context) => new PrepareServer(context, codeCache, engine);
}

class PrepareServer implements RequestServer {
  readonly requestLimitBytes = REQUEST_LIMIT_BYTES;
  readonly #context: WorkerContext;
  readonly #codeCache: CodeCache;
  readonly #engine: string;

  constructor(context: WorkerContext, codeCache: CodeCache, engine: string) {
    this.#context = context;
    this.#codeCache = codeCache;
    this.#engine = engine;
  }

  answer(requestBytes: Uint8Array): readonly Uint8Array[] {
    const { job, readMemory, connection, workerDirPath } = this.#context;
    const codeCache = this.#codeCache;
    const engine = this.#engine;
    const { codeHash, prepTimeout, executorParams } = PvfPrepData.decode(requestBytes);
    const cpuLimitNs = Number(durationToNs(prepTimeout));
    const memoryLimit = precheckingMaxMemory(executorParams);
    const memoryLimitBytes = memoryLimit === undefined ? undefined : Number(memoryLimit);
    const addedDataBytes = (memoryLimitBytes ?? UNLIMITED_MEMORY_BYTES) + DATA_MARGIN_BYTES;
    let report: JobReport;
    let arena: RequestArena | undefined;
    const body = (writeFd: number): number => {
      const { window } = enterJob({ ...job, addedDataBytes }, writeFd, cpuLimitNs, arena!.readFd);
      markBegun(writeFd);
      return prepareJob(window!.request(requestBytes.length), writeFd, { codeCache, engine });
    };
    try {
      arena = beforeJob(() => new RequestArena(job.procFd));
      beforeJob(() => arena!.fill(requestBytes));
      report = runJob({
        job,
        cpuLimitNs,
        outputLimitBytes: OUTPUT_LIMIT_BYTES,
        hostFd: connection.fd,
        memoryLimitBytes: memoryLimitBytes ?? UNLIMITED_MEMORY_BYTES,
        readMemory,
        marksBeginning: true,
        body,
      });
    } catch (error) {
      return failed({ type: 'Kernel', value: messageOf(error) });
    } finally {
      arena?.close();
    }
    const result = readJobAnswer(report, memoryLimitBytes);
    if (result.type === 'told')
      return UnreadPrepareWorkerResult.encodeParts({ ok: false, error: result.error });
    if (result.type === 'failed') return failed(result.error);
    const { artifact } = result.value;
    // The job has no say in what its artifact is of.
    const parts = [artifact, artifactRecord(codeHash, paramsPrepHash(executorParams))];
    try {
      writeFile(`${workerDirPath}/tmp-artifact`, parts);
    } catch (error) {
      return failed({ type: 'IoErr', value: `cannot write the artifact: ${messageOf(error)}` });
    }
    return PrepareWorkerResult.encodeParts({
      ok: true,
      value: { checksum: artifactChecksum(...parts), stats: statsOf(report, result.value) },
    });
  }
}

function writeFile(path: string, parts: readonly Uint8Array[]): void {
  const fd = openSync(path, 'w');
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length; ) at += writeSync(fd, part, at);
    }
  } finally {
    closeSync(fd);
  }
}

function failed(error: PrepareError): readonly Uint8Array[] {
  return PrepareWorkerResult.encodeParts({ ok: false, error });
}
