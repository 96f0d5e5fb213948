import { openCodeCache, prepareHostFunctions } from '@pvf/executor';
import {
  durationToNs,
  ExecuteHandshake,
  ExecuteRequest,
  ExecuteWorkerResult,
  type ExecutorParams,
  executorSemantics,
  JobResult,
} from '@pvf/protocol';
import {
  enterJob,
  internalError,
  jobErrorOf,
  runJob,
  serveRequests,
  type WorkerContext,
  writeFrame,
} from '@pvf/worker';
import { ArtifactFile } from './artifact-file.ts';
import { executeCandidate } from './job/execute.ts';
import { classifyReport } from './outcome.ts';

const HANDSHAKE_LIMIT_BYTES = 1 << 20;
/** A PoV has at most 10 MiB on chain; the reference's own limit is what a u32 length can say. */
const REQUEST_LIMIT_BYTES = 128 * 1024 * 1024;
const WASM_PAGE_BYTES = 65_536;
/** What a job may write besides the guest's own memory: the encoding around its result. */
const OUTPUT_OVERHEAD_BYTES = 1 << 20;

/** Loads everything that jobs will need, once; the forked jobs inherit it. */
export async function loadExecuteWorker(version: string): Promise<(context: WorkerContext) => never> {
  const codeCache = openCodeCache();
  prepareHostFunctions();
  const engine = `${codeCache.engineIdentity} pvf-${version}`;
  return (context) => {
    const frame = context.connection.receive(HANDSHAKE_LIMIT_BYTES);
    if (frame === undefined) throw new Error('the host closed the connection before sending executor params');
    const { executorParams } = ExecuteHandshake.decode(frame);
    const answer = createAnswerer(context, executorParams, codeCache, engine);
    return serveRequests(context, REQUEST_LIMIT_BYTES, (request) =>
      ExecuteWorkerResult.encode(answer(request)),
    );
  };
}

function createAnswerer(
  context: WorkerContext,
  executorParams: ExecutorParams,
  codeCache: ReturnType<typeof openCodeCache>,
  engine: string,
): (requestBytes: Uint8Array) => ExecuteWorkerResult {
  const semantics = executorSemantics(executorParams);
  const artifactFile = new ArtifactFile(`${context.workerDirPath}/artifact`);
  const outputLimitBytes = semantics.maximumPages * WASM_PAGE_BYTES + OUTPUT_OVERHEAD_BYTES;

  return (requestBytes) => {
    const request = ExecuteRequest.decode(requestBytes);
    let loaded: ReturnType<ArtifactFile['load']>;
    try {
      loaded = artifactFile.load(request.artifactChecksum);
    } catch (error) {
      return internalError('CouldNotOpenFile', error);
    }
    if (loaded.type === 'corrupted') {
      const zero = { secs: 0n, nanos: 0 };
      return { ok: true, value: { jobResponse: { type: 'CorruptedArtifact' }, duration: zero, povSize: 0 } };
    }
    const { job } = context;
    const cpuLimitNs = Number(durationToNs(request.executionTimeout));
    const body = (writeFd: number): number => {
      const lock = enterJob(job, writeFd, cpuLimitNs);
      try {
        const { response, povSize } = executeCandidate({
          request,
          artifact: loaded.parts,
          semantics,
          loggingMaxLevel: context.logLevel,
          codeCache,
          engine,
          lock,
        });
        const trailer = new Uint8Array(4);
        new DataView(trailer.buffer).setUint32(0, povSize, true);
        writeFrame(writeFd, [...JobResult.encodeParts({ ok: true, value: response }), trailer]);
        return 0;
      } catch (error) {
        writeFrame(writeFd, [JobResult.encode({ ok: false, error: jobErrorOf(error) })]);
        return 1;
      }
    };
    try {
      const report = runJob({ namespaces: job.namespaces, cpuLimitNs, outputLimitBytes, body });
      return classifyReport(report);
    } catch (error) {
      return internalError('Kernel', error);
    }
  };
}
