// How the candidates are driven: through a PvfHost, or by worker programs alone that each take the next candidate. A
// side has slots; each runs one candidate at a time.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PvfHost } from '@pvf/host';
import { codeHash, durationToNs } from '@pvf/protocol';
import { ExecuteWorker, FULL_SECURITY, PrepareWorker } from '../../verify/differential/driver/index.ts';
import { DrivenHost } from '../../verify/reference/driven-host.mjs';
import { executeWorkersBelow, workersIn } from './processes.mjs';
import { CODE_BOMB_LIMIT_BYTES, executionOf, preparationOf, validationOf } from './requests.mjs';

/** Requests of one kind that a host takes at once: the longest queue that is measured, and more. */
const MAX_PENDING = 10_000;
const SPAWN_TIMEOUT_MS = 60_000;
const NS_PER_MS = 1e6;
const KEY_DIGITS = 24;

/** Through a host with that many execute workers; `outstanding` requests at once. */
export async function hostSide(
  { name, prepare, execute },
  pvfs,
  { workers, outstanding, directory, budget },
) {
  const cacheDir = join(directory, `host-${keyOf(prepare)}`);
  const host = await PvfHost.start({
    cacheDir,
    workers: { prepare, execute },
    nodeVersion: false,
    executeWorkers: workers,
    maxPendingPerKind: MAX_PENDING,
    spawnTimeoutMs: SPAWN_TIMEOUT_MS,
    ...(budget === undefined ? {} : { templateMemory: budget }),
  });
  try {
    const codes = [];
    for (const { code, name: pvf } of pvfs) {
      const imported = await host.importCode(code);
      const outcome = await host.precheck({
        code: imported,
        executorParams: [],
        validationCodeBombLimit: CODE_BOMB_LIMIT_BYTES,
      });
      if (outcome.kind !== 'ok') throw new Error(`${name} does not prepare ${pvf}: ${outcome.kind}`);
      codes.push(imported);
    }
    const run = async (pvf, candidate) => {
      const outcome = await host.validate(validationOf(codes[pvf], candidate));
      if (outcome.kind === 'valid')
        return { answer: 'Ok', head: outcome.result.headData, cpuMs: Number(outcome.cpuTimeNs) / NS_PER_MS };
      if (outcome.kind === 'invalid')
        return { answer: 'InvalidCandidate', cpuMs: Number(outcome.cpuTimeNs ?? 0n) / NS_PER_MS };
      return { answer: `${outcome.kind} ${outcome.message ?? ''}`, cpuMs: 0 };
    };
    return {
      name: `host, ${name}`,
      slots: Array.from({ length: outstanding }, () => run),
      pids: () => workersIn(cacheDir),
      stop: () => host.close(),
    };
  } catch (error) {
    await host.close();
    throw error;
  }
}

/** The reference's own host with its own workers, of which it has two, like ours by default. */
export async function referenceHostSide(programs, pvfs, { outstanding, host: program }) {
  const host = new DrivenHost(program, programs);
  try {
    const firsts = [];
    let kept = 0;
    for (const { code, name, candidates } of pvfs) {
      const answer = await host.precheck(code);
      if (answer !== 'Ok') throw new Error(`the reference's host does not prepare ${name}: ${answer}`);
      firsts.push(kept);
      kept += candidates.length;
      for (const candidate of candidates) await host.keep(candidate);
    }
    const run = async (pvf, candidate) => {
      const { answer, head } = await host.validate(
        pvf,
        firsts[pvf] + pvfs[pvf].candidates.indexOf(candidate),
      );
      const short = answer === 'Invalid(WorkerReportedInvalid)' ? 'InvalidCandidate' : answer;
      return { answer: short, ...(head === undefined ? {} : { head: Buffer.from(head, 'hex') }) };
    };
    return {
      name: "host, the reference's own",
      slots: Array.from({ length: outstanding }, () => run),
      pids: () => executeWorkersBelow(host.pid),
      stop: () => host.stop(),
    };
  } catch (error) {
    await host.stop();
    throw error;
  }
}

/** Worker programs without a host. */
export async function workersSide({ name, prepare, execute }, pvfs, { workers, directory }) {
  const artifacts = await prepareAll(name, prepare, pvfs, directory);
  const running = [];
  try {
    for (let i = 0; i < workers; i++) {
      running.push(
        await ExecuteWorker.spawn({ program: execute, security: FULL_SECURITY, executorParams: [] }),
      );
    }
  } catch (error) {
    for (const worker of running) await worker.stop();
    throw error;
  }
  const slots = running.map((worker) => async (pvf, candidate) => {
    const { path, checksum } = artifacts[pvf];
    const { result } = await worker.execute(executionOf(candidate, checksum), path);
    if (!result.ok) return { answer: JSON.stringify(result.error), cpuMs: 0 };
    const { jobResponse, duration } = result.value;
    const head = jobResponse.type === 'Ok' ? jobResponse.resultDescriptor.headData : undefined;
    return { answer: jobResponse.type, head, cpuMs: Number(durationToNs(duration)) / NS_PER_MS };
  });
  return {
    name: `workers, ${name}`,
    slots,
    pids: () => running.map((worker) => worker.process.pid),
    stop: async () => {
      for (const worker of running) await worker.stop();
    },
  };
}

/**
 * Artifacts of all PVFs by one prepare worker; those that the directory has from an earlier run are used again.
 *
 * @returns `{ path, checksum }` of each PVF, in their order
 */
export async function prepareAll(name, program, pvfs, directory) {
  const folder = join(directory, `artifacts-${keyOf(program)}`);
  mkdirSync(folder, { recursive: true });
  let worker;
  const artifacts = [];
  try {
    for (const { name: pvf, code } of pvfs) {
      const hash = codeHash(code);
      const path = join(folder, Buffer.from(hash).toString('hex'));
      if (!existsSync(`${path}.checksum`)) {
        worker ??= await PrepareWorker.spawn({ program, security: FULL_SECURITY });
        const result = await worker.prepare(preparationOf(code, hash), path);
        if (!result.ok) throw new Error(`${name} does not prepare ${pvf}: ${result.error.type}`);
        writeFileSync(`${path}.checksum`, result.value.checksum);
      }
      artifacts.push({ path, checksum: new Uint8Array(readFileSync(`${path}.checksum`)) });
    }
  } finally {
    await worker?.stop();
  }
  return artifacts;
}

/** Of a program as it is now: artifacts of another build are not used again. */
function keyOf(program) {
  const hash = createHash('sha256').update(readFileSync(program));
  const scripts = ['dist/main.js', '../executor/dist/index.js'].map((path) => join(program, '../..', path));
  for (const script of scripts) if (existsSync(script)) hash.update(readFileSync(script));
  return hash.update(program).digest('hex').slice(0, KEY_DIGITS);
}
