import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { burnsCpuBlock, compileWat, descendantsOf, GUEST_INPUT, guest, waitUntil } from '@pvf/test-kit';
import { expect, it, onTestFinished } from 'vitest';
import { occurrencesIn } from './support/memory.ts';
import { answerOf, type CandidateInput, type Prepared, WorkerPair } from './support/workers.ts';

const LIMIT_MS = 2_000;
const LONG_LIMIT_MS = 60_000;
const MARKER_BYTES = 32;
/** More than any process needs that only waits for work. */
const BUSY_TICKS = 10;

/** A candidate of `burns-cpu` that can be recognised in memory, by its block and its relay parent's storage root. */
function marked(rounds: bigint): { marker: Uint8Array; candidate: CandidateInput } {
  const marker = randomBytes(MARKER_BYTES);
  const blockData = Buffer.concat([burnsCpuBlock(rounds), marker]);
  return { marker, candidate: { ...GUEST_INPUT, blockData, relayParentStorageRoot: marker } };
}

/** The memory of a job that runs, and of the process that it was forked from, is searched from outside, as root can. */
async function searchJob(
  pair: WorkerPair,
  prepared: Prepared,
  markers: { own: Uint8Array; earlier: readonly Uint8Array[] },
  candidate: CandidateInput,
) {
  const workerPid = (await pair.executeWorker()).process.pid;
  const running = pair.execute(prepared, candidate, LONG_LIMIT_MS);
  const jobPid = await waitUntil(
    'the job runs',
    () => descendantsOf(workerPid).find(({ cpuTicks }) => cpuTicks > BUSY_TICKS)?.pid,
  );
  const idle = descendantsOf(workerPid).filter(({ pid }) => pid !== jobPid);
  const inJob = occurrencesIn(jobPid, [markers.own, ...markers.earlier]);
  const inTemplates = idle.flatMap(({ pid }) => occurrencesIn(pid, markers.earlier));
  process.kill(jobPid, 'SIGKILL');
  await running;
  return { inJob, inTemplates };
}

it('a job finds nothing of earlier candidates in its memory, of its own PVF or another', async () => {
  const pair = new WorkerPair([], [], 'speed-ups');
  onTestFinished(() => pair.close());
  const burnsCpu = await pair.prepare(guest('burns-cpu'));
  const others = [guest('accepts-anything'), guest('start-function')];
  const earlier: Uint8Array[] = [];
  for (const code of [...others, ...others, guest('burns-cpu'), guest('burns-cpu')]) {
    const { marker, candidate } = marked(1n);
    earlier.push(marker);
    expect(answerOf(await pair.execute(await pair.prepare(code), candidate, LIMIT_MS))).toBe('Ok');
  }
  const { marker, candidate } = marked(1n << 60n);
  const { inJob, inTemplates } = await searchJob(pair, burnsCpu, { own: marker, earlier }, candidate);
  expect(inJob[0]).toBeGreaterThan(0);
  expect(inJob.slice(1)).toEqual(earlier.map(() => 0));
  expect(inTemplates.length).toBeGreaterThan(0);
  expect(inTemplates.filter((count) => count > 0)).toEqual([]);
});

const memory = '(memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 4096))';
/** Answers with its parent head (a length below 64 and the bytes) as the new head, in a result that is valid. */
const ECHO = compileWat(`(module ${memory}
  (func (export "validate_block") (param $params i32) (param i32) (result i64) (local $at i32)
    (loop $copy
      (i32.store8 (local.get $at) (i32.load8_u (i32.add (local.get $params) (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $copy (i32.le_u (local.get $at) (i32.shr_u (i32.load8_u (local.get $params)) (i32.const 2)))))
    (i64.or (i64.const 0) (i64.shl (i64.extend_i32_u (i32.add (local.get $at) (i32.const 11))) (i64.const 32)))))`);
/** Says that its result lies where its block says: eight bytes of pointer and length. */
const pointing = (data = '') =>
  compileWat(`(module ${memory} (data (i32.const 64) "${data}")
  (func (export "validate_block") (param $params i32) (param i32) (result i64)
    (i64.load (i32.add (local.get $params) (i32.const 2)))))`);
/** Its import is from a module that there is not. */
const importsFrom = (module: string) =>
  compileWat(`(module (import "${module}" "ext" (func)) ${memory} (func (export "validate_block")))`);
/** Refused with the place of a forbidden instruction, that many bytes into the code and a few. */
const forbiddenAt = (bytes: number) =>
  compileWat(`(module (func (export "${'x'.repeat(bytes)}") (drop (i32.extend8_s (i32.const 1)))))`);

/** More than any of our own code, and no text twice. */
const randomAddress = () => randomInt(0x4000_0000, 0xffff_ffff);

/** What is searched for: the text that was told, or the part of it that no other has. */
function textIn(result: unknown, pattern: RegExp): Uint8Array {
  const text = pattern.exec(
    JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? 0 : value)),
  )?.[0];
  if (text === undefined) throw new Error(`another answer: ${JSON.stringify(result)}`);
  return Buffer.from(text);
}

it('no worker keeps anything of what a job has answered', async () => {
  const pair = new WorkerPair();
  onTestFinished(() => pair.close());
  const [echo, points] = [await pair.prepare(ECHO), await pair.prepare(pointing())];
  const told: Uint8Array[] = [];
  for (let round = 0; round < 3; round++) {
    const parentHead = randomBytes(MARKER_BYTES);
    const answer = await pair.execute(echo, { ...GUEST_INPUT, parentHead }, LIMIT_MS);
    if (!answer.ok || answer.value.jobResponse.type !== 'Ok') throw new Error(answerOf(answer));
    expect(Buffer.from(answer.value.jobResponse.resultDescriptor.headData)).toEqual(parentHead);
    told.push(parentHead);

    const blockData = new Uint8Array(new Uint32Array([randomAddress(), randomAddress()]).buffer);
    const invalid = await pair.execute(points, { ...GUEST_INPUT, blockData }, LIMIT_MS);
    expect(answerOf(invalid)).toBe('InvalidCandidate');
    told.push(textIn(invalid, /the output at \d+, \d+ bytes/));

    const foreign = await pair.prepare(importsFrom(`m${randomAddress()}`), 'Compilation');
    const construction = await pair.execute(foreign, GUEST_INPUT, LIMIT_MS);
    expect(answerOf(construction)).toBe('RuntimeConstruction');
    told.push(textIn(construction, /import m\d+:ext/));

    const { result } = await pair.prepare(forbiddenAt(randomInt(1_000, 9_999)));
    told.push(textIn(result, /function 0, offset \d+\)/));
  }
  // Whatever a worker does between two requests, it has done when the next answer is here.
  expect(answerOf(await pair.execute(points, GUEST_INPUT, LIMIT_MS))).toBe('InvalidCandidate');
  await pair.prepare(guest('trap'));
  for (const { process: worker } of [await pair.executeWorker(), await pair.prepareWorker()])
    expect(occurrencesIn(worker.pid, told)).toEqual(told.map(() => 0));
});

/** Logs its block (fewer than 64 bytes), then has nothing more to say. */
const CONFESSES = compileWat(`(module
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  ${memory} (data (i32.const 64) "runtime")
  (func (export "validate_block") (param $params i32) (param i32) (result i64)
    (call $log (i32.const 0) (i64.const 0x0700000040)
      (i64.or (i64.extend_i32_u (i32.add (local.get $params) (i32.const 2)))
        (i64.shl (i64.extend_i32_u (i32.shr_u (i32.load8_u (i32.add (local.get $params) (i32.const 1))) (i32.const 2)))
          (i64.const 32))))
    unreachable))`);

it.each([
  ['in a log', []],
  ['to the host, too', ['--execution-detail', '1']],
])('nobody keeps anything of what a guest has said %s', async (_, moreArguments) => {
  const pair = new WorkerPair([], moreArguments);
  onTestFinished(() => pair.close());
  const [burnsCpu, confesses] = [await pair.prepare(guest('burns-cpu')), await pair.prepare(CONFESSES)];
  const said: Uint8Array[] = [];
  for (let round = 0; round < 3; round++) {
    const words = Buffer.from(randomBytes(15).toString('hex'));
    said.push(words);
    const blockData = Buffer.concat([Buffer.from('panicked at '), words]);
    const answer = await pair.execute(confesses, { ...GUEST_INPUT, blockData }, LIMIT_MS);
    expect(answerOf(answer)).toBe('InvalidCandidate');
  }
  // The latest words as the worker has written them last.
  expect(answerOf(await pair.execute(burnsCpu, marked(1n).candidate, LIMIT_MS))).toBe('Ok');
  const worker = (await pair.executeWorker()).process.pid;
  expect(occurrencesIn(worker, said)).toEqual(said.map(() => 0));
  const { marker, candidate } = marked(1n << 60n);
  const { inJob, inTemplates } = await searchJob(pair, burnsCpu, { own: marker, earlier: said }, candidate);
  expect(inJob[0]).toBeGreaterThan(0);
  expect(inJob.slice(1)).toEqual(said.map(() => 0));
  expect(inTemplates.filter((count) => count > 0)).toEqual([]);
});

/** Of the request memory that a process has mapped; `undefined` also when the process has gone. */
function requestInode(pid: number): string | undefined {
  try {
    return / (\d+) +\/memfd:pvf-request/.exec(readFileSync(`/proc/${pid}/maps`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}

it('memory for requests is never handed on to another artifact', async () => {
  const pair = new WorkerPair([], [], 'speed-ups');
  onTestFinished(() => pair.close());
  const { pid } = (await pair.executeWorker()).process;
  const seen = new Map<string, string>();
  // More artifacts than are loaded ahead at a time, so that each makes room for another.
  for (let artifact = 0; artifact < 5; artifact++) {
    const prepared = await pair.prepare(pointing(`${artifact}`));
    const before = new Set(descendantsOf(pid).map((child) => child.pid));
    for (let candidate = 0; candidate < 2; candidate++) await pair.execute(prepared, GUEST_INPUT, LIMIT_MS);
    const template = await waitUntil('it is loaded ahead', () =>
      descendantsOf(pid).find((child) => !before.has(child.pid) && requestInode(child.pid) !== undefined),
    );
    seen.set(`${template.pid}`, requestInode(template.pid)!);
  }
  expect(seen.size).toBe(5);
  expect(new Set(seen.values()).size).toBe(5);
});
