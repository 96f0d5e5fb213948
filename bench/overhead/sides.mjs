// What takes turns in the bench: each side has a name, runs one candidate, and ends what it has started.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PvfHost } from '@pvf/host';
import { codeHash, durationFromMs } from '@pvf/protocol';
import { ExecuteWorker, FULL_SECURITY, PrepareWorker } from '../../verify/differential/driver/index.ts';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const ZERO_HASH = new Uint8Array(32);
const LIMIT_MS = 12_000;
const PREPARATION_LIMIT_MS = 60_000;
const MAX_POV_BYTES = 10 * 1024 * 1024;
const BOMB_LIMIT_BYTES = 30 * 1024 * 1024;

function validationDataOf({ parentHead }) {
  return { parentHead, relayParentNumber: 1, relayParentStorageRoot: ZERO_HASH, maxPovSize: MAX_POV_BYTES };
}

/** A host with one execute worker. */
export async function hostSide(bytes) {
  const host = await PvfHost.start({ executeWorkers: 1 });
  const code = await host.importCode(bytes);
  const run = async (candidate) => {
    const { blockData } = candidate;
    const validationData = validationDataOf(candidate);
    const outcome = await host.validate({
      code,
      executorParams: [],
      validationCodeBombLimit: BOMB_LIMIT_BYTES,
      validationData,
      pov: { blockData },
      kind: 'approval',
    });
    if (outcome.kind !== 'valid') throw new Error(`the host answered ${outcome.kind}`);
    return outcome.result.headData;
  };
  return { name: 'host', run, close: () => host.close() };
}

/** An execute worker in full isolation, from this repository or from the reference's folder. */
export async function workerSide(name, code, reference) {
  const programOf = (kind) => {
    const path =
      reference === undefined
        ? join(packages, `${kind}-worker/bin/pvf-${kind}-worker`)
        : join(reference, `pvf-reference-${kind}-worker`);
    if (!existsSync(path)) throw new Error(`${path} is missing: build it, or give another folder`);
    return path;
  };
  const directory = mkdtempSync(join(tmpdir(), 'pvf-overhead-'));
  try {
    const artifactPath = join(directory, 'artifact');
    const checksum = await prepare(programOf('prepare'), code, artifactPath);
    const worker = await ExecuteWorker.spawn({
      program: programOf('execute'),
      security: FULL_SECURITY,
      executorParams: [],
    });
    const run = async (candidate) => {
      const { result } = await worker.execute(requestOf(candidate, checksum), artifactPath);
      if (!result.ok || result.value.jobResponse.type !== 'Ok') {
        throw new Error(`${name} answered ${JSON.stringify(result)}`);
      }
      return result.value.jobResponse.resultDescriptor.headData;
    };
    const close = async () => {
      await worker.stop();
      rmSync(directory, { recursive: true });
    };
    return { name, run, close };
  } catch (error) {
    rmSync(directory, { recursive: true });
    throw error;
  }
}

function requestOf(candidate, artifactChecksum) {
  return {
    pvd: validationDataOf(candidate),
    pov: { blockData: candidate.blockData },
    executionTimeout: durationFromMs(LIMIT_MS),
    artifactChecksum,
    relayParent: ZERO_HASH,
    schedulingParent: ZERO_HASH,
    descriptorVersion: { type: 'V1' },
  };
}

async function prepare(program, code, artifactPath) {
  const worker = await PrepareWorker.spawn({ program, security: FULL_SECURITY });
  try {
    const request = {
      maybeCompressedCode: code,
      validationCodeBombLimit: BOMB_LIMIT_BYTES,
      codeHash: codeHash(code),
      executorParams: [],
      prepTimeout: durationFromMs(PREPARATION_LIMIT_MS),
      prepKind: 'Compilation',
    };
    const result = await worker.prepare(request, artifactPath);
    if (!result.ok) throw new Error(`the PVF cannot be prepared: ${result.error.type}`);
    return result.value.checksum;
  } finally {
    await worker.stop();
  }
}

/** A Node process that does nothing, from its start to its end. */
export function freshNode() {
  const run = async () => {
    const child = spawn(process.execPath, ['-e', '0'], { env: {}, stdio: 'ignore' });
    const [status] = await once(child, 'exit');
    if (status !== 0) throw new Error(`a fresh Node process ended with ${status}`);
  };
  return { name: freshNode.title, run, close: async () => {} };
}
freshNode.title = 'a fresh Node process';
