import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeHash, type JobResponse, paramsHash, type ValidationResult } from '@pvf/protocol';
import { describe, expect, it } from 'vitest';
import type { ExecuteAnswer, ExecuteListener, ExecuteWork } from '../../src/execute/index.ts';
import { toHex } from '../../src/hex.ts';
import type { PrepareAnswer, PrepareListener, PrepareWork } from '../../src/prepare/index.ts';
import { Trial } from '../../src/security/index.ts';
import { tempDir } from '../support/fake-worker.ts';

type Queues = Parameters<Trial['run']>[0];
type ToPrepare = Parameters<Queues['prepare']['handle']>[0];
type ToExecute = Parameters<Queues['execute']['handle']>[0];

const CHECKSUM = new Uint8Array(32).fill(7);
const ZERO_HASH = new Uint8Array(32);
const NOTHING = new Uint8Array();
const STATS = {
  cpuTimeElapsed: { secs: 0n, nanos: 1 },
  memoryStats: { memoryTrackerStats: undefined, maxRss: undefined, peakTrackedAlloc: 0n },
  observedWasmCodeLen: 1,
};
const ACCEPTED: ValidationResult = {
  headData: NOTHING,
  newValidationCode: undefined,
  upwardMessages: [],
  horizontalMessages: [],
  processedDownwardMessages: 0,
  hrmpWatermark: 42,
};

const answered = (jobResponse: JobResponse): ExecuteAnswer => ({
  type: 'answered',
  response: { jobResponse, duration: { secs: 0n, nanos: 1 }, povSize: 0 },
  wallTimeMs: 1,
});

/** A trial with queues that keep what they are told, and answer when the test says so. */
class World {
  readonly runDir = tempDir();
  readonly toPrepare: ToPrepare[] = [];
  readonly toExecute: ToExecute[] = [];
  readonly ended: Promise<unknown>;
  #prepare!: PrepareListener<PrepareAnswer>;
  #execute!: ExecuteListener<ExecuteAnswer>;

  constructor() {
    const prepare = {
      reportTo: (listener: PrepareListener<PrepareAnswer>) => (this.#prepare = listener),
      handle: (message: ToPrepare) => this.toPrepare.push(message),
    };
    const execute = {
      reportTo: (listener: ExecuteListener<ExecuteAnswer>) => (this.#execute = listener),
      handle: (message: ToExecute) => this.toExecute.push(message),
    };
    const queues = { prepare, execute } as unknown as Queues;
    this.ended = new Trial(this.runDir).run(queues).then(
      () => 'passed',
      (error: unknown) => error,
    );
  }

  get preparation(): Extract<ToPrepare, { type: 'enqueue' }> {
    return this.toPrepare[0] as Extract<ToPrepare, { type: 'enqueue' }>;
  }

  get execution(): Extract<ToExecute, { type: 'enqueue' }> {
    return this.toExecute[0] as Extract<ToExecute, { type: 'enqueue' }>;
  }

  get work(): Promise<ExecuteWork> {
    return Promise.resolve(this.execution.job.work);
  }

  /** As a worker does: the artifact is where it was asked for. */
  prepared(): void {
    const path = join(this.runDir, 'trial');
    writeFileSync(path, 'artifact');
    const answer: PrepareAnswer = {
      type: 'prepared',
      path,
      size: 0,
      checksum: CHECKSUM,
      stats: STATS,
      wallTimeMs: 1,
    };
    this.#prepare.handlePreparation({ type: 'concluded', job: 'trial', answer });
  }

  prepareSays(message: Parameters<PrepareListener<PrepareAnswer>['handlePreparation']>[0]): void {
    this.#prepare.handlePreparation(message);
  }

  executeSays(message: Parameters<ExecuteListener<ExecuteAnswer>['handleExecution']>[0]): void {
    this.#execute.handleExecution(message);
  }

  executed(answer: ExecuteAnswer): void {
    this.executeSays({ type: 'concluded', job: 0, answer });
  }
}

const refused = (step: string, reason: string): object =>
  expect.objectContaining({
    code: 'TRIAL_FAILED',
    meta: { step: expect.stringContaining(step), reason: expect.stringContaining(reason) },
  });

describe('a trial', () => {
  it('has one module prechecked and executed as requests are, and leaves no file', async () => {
    const world = new World();
    const { request, destination } = world.preparation.work as PrepareWork;
    const { maybeCompressedCode: code, ...rest } = request;
    expect([...code.subarray(0, 4)]).toEqual([0, 0x61, 0x73, 0x6d]);
    expect(rest).toEqual({
      validationCodeBombLimit: 1 << 20,
      codeHash: codeHash(code),
      executorParams: [],
      prepTimeout: { secs: 60n, nanos: 0 },
      prepKind: 'Prechecking',
    });
    expect(world.preparation).toMatchObject({ job: 'trial', priority: 'critical' });
    expect(destination).toEqual({ type: 'file', path: join(world.runDir, 'trial') });
    expect(world.execution.job).toMatchObject({
      kind: 'approval',
      paramsHash: toHex(paramsHash([])),
      spec: [],
      schedulingParent: undefined,
    });

    world.prepared();
    expect(await world.work).toEqual({
      artifactPath: join(world.runDir, 'trial'),
      request: {
        pvd: { parentHead: NOTHING, relayParentNumber: 0, relayParentStorageRoot: ZERO_HASH, maxPovSize: 0 },
        pov: { blockData: NOTHING },
        executionTimeout: { secs: 60n, nanos: 0 },
        artifactChecksum: CHECKSUM,
        relayParent: ZERO_HASH,
        schedulingParent: ZERO_HASH,
        descriptorVersion: { type: 'V1' },
      },
    });
    expect(existsSync(join(world.runDir, 'trial'))).toBe(true);
    world.executed(answered({ type: 'Ok', resultDescriptor: ACCEPTED }));
    expect(await world.ended).toBe('passed');
    expect(readdirSync(world.runDir)).toEqual([]);
    expect([world.toPrepare.length, world.toExecute.length]).toEqual([1, 1]);
  });

  it.each<[string, ExecuteAnswer, string]>([
    [
      'another watermark',
      answered({ type: 'Ok', resultDescriptor: { ...ACCEPTED, hrmpWatermark: 41 } }),
      'it gave 41',
    ],
    [
      'no watermark',
      answered({ type: 'Ok', resultDescriptor: { ...ACCEPTED, hrmpWatermark: 0 } }),
      'it gave 0',
    ],
    ['a refusal', answered({ type: 'InvalidCandidate', value: 'trap' }), 'trap'],
    ['no instance', answered({ type: 'RuntimeConstruction', value: 'no instance' }), 'no instance'],
    ['a death', { type: 'worker-died', message: 'it is gone', wallTimeMs: 1 }, 'it is gone'],
    ['no artifact', { type: 'artifact-missing' }, ''],
  ])('is not passed by %s', async (_, answer, reason) => {
    const world = new World();
    world.prepared();
    await world.work;
    world.executed(answer);
    expect(await world.ended).toEqual(refused('execution of a module', reason));
    expect(readdirSync(world.runDir)).toEqual([]);
  });

  it.each(['not-started', 'replaced'] as const)(
    'says which worker was %s, and takes the other’s job back',
    async (type) => {
      const world = new World();
      world.prepareSays({ type: 'failed', job: 'trial', reason: { type, message: 'what it said' } });
      expect(await world.ended).toEqual(refused('prepare worker', 'what it said'));
      expect(world.toExecute.slice(1)).toEqual([{ type: 'cancel', job: 0 }]);
      await expect(world.work).rejects.toEqual(await world.ended);

      const other = new World();
      other.prepared();
      await other.work;
      other.executeSays({ type: 'failed', job: 0, reason: { type, message: 'what it said' } });
      expect(await other.ended).toEqual(refused('execute worker', 'what it said'));
      expect(readdirSync(other.runDir)).toEqual([]);
    },
  );

  it('says why the module was not prepared, and takes the execution back', async () => {
    const world = new World();
    const error = { type: 'Prevalidation', value: 'not a module' } as const;
    world.prepareSays({ type: 'concluded', job: 'trial', answer: { type: 'failed', error } });
    expect(await world.ended).toEqual(refused('preparation of a module', 'not a module'));
    expect(world.toExecute.slice(1)).toEqual([{ type: 'cancel', job: 0 }]);
    await expect(world.work).rejects.toEqual(await world.ended);
  });
});
