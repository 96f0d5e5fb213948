import {
  type ExecutorParams,
  executorSemantics,
  JobResponse,
  ProtocolError,
  ValidationResult,
} from '@pvf/protocol';
import {
  ArtifactError,
  ConstructionError,
  compileJavaScript,
  instantiate,
  loadArtifact,
  openCodeCache,
  PreparationError,
  prepareArtifact,
  prepareHostFunctions,
  splitArtifact,
} from '../../src/index.ts';

/** What became of one module: the stage that refused it, or the answer of its execution. */
export interface GuestResult {
  readonly stage: 'decompress' | 'prevalidate' | 'prepare' | 'construct' | 'ok';
  /** Answer of an execution of the artifact, where there is one (a module that cannot be constructed has one too). */
  readonly response?: string;
  readonly message?: string;
  /** SCALE of an `Ok` response, hex. */
  readonly hex?: string;
}

const codeCache = openCodeCache();
const engine = 'test';
prepareHostFunctions();

/** Prepares `code` as a precheck does and, if there is an artifact, runs it on `params`: the workers' jobs without the workers. */
export function runGuest(
  code: Uint8Array,
  params: Uint8Array,
  executorParams: ExecutorParams,
  bombLimit: number,
): GuestResult {
  const semantics = executorSemantics(executorParams);
  let stage: GuestResult['stage'] = 'ok';
  let message: string | undefined;
  const prepare = (precheck: boolean) => {
    compileJavaScript(true);
    return prepareArtifact(code, { bombLimit, semantics, precheck, engine, codeCache }).artifact;
  };
  let artifact: Uint8Array;
  try {
    artifact = prepare(true);
  } catch (error) {
    if (!(error instanceof PreparationError)) throw error;
    if (error.stage !== 'construct') return { stage: error.stage, message: error.message };
    stage = 'construct';
    message = error.message;
    artifact = prepare(false);
  }
  return {
    stage,
    ...(message === undefined ? {} : { message }),
    ...runArtifact(artifact, params, semantics),
  };
}

export function runArtifact(
  artifact: Uint8Array,
  params: Uint8Array,
  semantics: ReturnType<typeof executorSemantics>,
): { response: string; message?: string; hex?: string } {
  try {
    const guest = instantiate(loadArtifact(splitArtifact(artifact), codeCache, engine), {
      semantics,
      loggingMaxLevel: 1,
    });
    const outcome = guest.run(params);
    if (outcome.type !== 'output') return { response: 'InvalidCandidate', message: outcome.message };
    const response: JobResponse = { type: 'Ok', resultDescriptor: ValidationResult.decode(outcome.bytes) };
    return { response: 'Ok', hex: Buffer.from(JobResponse.encode(response)).toString('hex') };
  } catch (error) {
    if (error instanceof ProtocolError) return { response: 'InvalidCandidate', message: error.message };
    if (error instanceof ArtifactError || error instanceof ConstructionError) {
      return { response: 'RuntimeConstruction', message: error.message };
    }
    throw error;
  }
}
