import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARTIFACT_WANTED, ExecuteWorkerResult, notBegun, RequestInMemory } from '@pvf/protocol';
import { FakeClock } from '@pvf/test-kit';
import { expect, it } from 'vitest';
import { ExecuteDriver, HandOver, IN_MEMORY_FROM_BYTES } from '../../src/execute/index.ts';
import type { WorkerStarter } from '../../src/worker/index.ts';
import { executeRequest } from '../support/execute-request.ts';
import { tempDir } from '../support/fake-worker.ts';
import { type Script, scriptedWorker } from '../support/scripted-worker.ts';

const SECURITY = {
  secureValidatorMode: true,
  canEnableLandlock: true,
  canEnableSeccomp: true,
  canUnshareUserNamespaceAndChangeRoot: true,
  canDoSecureClone: true,
};
const REQUEST = executeRequest({
  pov: { blockData: new Uint8Array(new SharedArrayBuffer(IN_MEMORY_FROM_BYTES)) },
});
const ANSWER = ExecuteWorkerResult.encode({
  ok: true,
  value: { jobResponse: { type: 'PoVDecompressionFailure' }, duration: { secs: 0n, nanos: 1 }, povSize: 0 },
});
const NOT_BEGUN = ExecuteWorkerResult.encode({
  ok: false,
  error: { type: 'InternalError', value: { type: 'Kernel', value: notBegun('it is not there') } },
});

const ABILITIES = { tellsDetail: false, remembersArtifacts: 1 };

/** Runs the same request once for each script, on a worker of its own; how each got it. */
async function attempts(...scripts: readonly Script[]) {
  const handOver = new HandOver(async () => {});
  const driver = new ExecuteDriver(new FakeClock(), {} as WorkerStarter, SECURITY, handOver, ABILITIES);
  const ways: string[] = [];
  const results: string[] = [];
  for (const script of scripts) {
    const base = tempDir();
    const [dir, artifactPath] = [join(base, 'worker'), join(base, 'stored')];
    mkdirSync(dir);
    writeFileSync(artifactPath, 'artifact');
    const { process, requests } = scriptedWorker(dir, script);
    const sharing = Object.assign(process, { memory: { put: async () => true } });
    const result = await driver.run(sharing, { request: REQUEST, artifactPath }, () => {});
    results.push(result.type === 'done' ? result.answer.type : result.type);
    const [sent = new Uint8Array()] = requests;
    ways.push(sent.length === RequestInMemory.encode({ length: 0 }).length ? 'memory' : 'socket');
  }
  return { ways, results };
}

it('a candidate whose worker answers goes through its memory each time', async () => {
  expect(
    await attempts(
      () => ANSWER,
      () => ANSWER,
    ),
  ).toEqual({
    ways: ['memory', 'memory'],
    results: ['answered', 'answered'],
  });
});

it.each<[string, Script, string]>([
  ['does not find it there', () => NOT_BEGUN, 'not-taken'],
  ['cannot read the announcement and ends', () => 'ends', 'worker-died'],
  ['answers something else', () => Uint8Array.of(9), 'worker-died'],
])('a candidate whose worker %s is tried again through the socket', async (_, script, result) => {
  expect(await attempts(script, () => ANSWER)).toEqual({
    ways: ['memory', 'socket'],
    results: [result, 'answered'],
  });
});

it('a worker that wants the artifact finds the request in its memory once more', async () => {
  const base = tempDir();
  const [dir, artifactPath] = [join(base, 'worker'), join(base, 'stored')];
  mkdirSync(dir);
  writeFileSync(artifactPath, 'artifact');
  const answers = [ANSWER, ExecuteWorkerResult.encode({ ok: false, error: ARTIFACT_WANTED }), ANSWER];
  const { process, requests } = scriptedWorker(dir, () => answers.shift() ?? 'ends');
  let written = 0;
  const put = async () => ++written > 0;
  const sharing = Object.assign(process, { memory: { put } });
  const handOver = new HandOver(async () => {});
  const driver = new ExecuteDriver(new FakeClock(), {} as WorkerStarter, SECURITY, handOver, ABILITIES);
  for (let n = 0; n < 2; n++) {
    const result = await driver.run(sharing, { request: REQUEST, artifactPath }, () => {});
    expect(result).toMatchObject({ type: 'done', answer: { type: 'answered' } });
  }
  const inMemory = RequestInMemory.encode({ length: 0 }).length;
  expect(requests.map(({ length }) => length)).toEqual([inMemory, inMemory, inMemory]);
  expect(written).toBe(3);
});
