import { FakeClock, settle } from '@pvf/test-kit';
import fc from 'fast-check';
import { it } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { artifactKey } from '../../src/artifact-identity.ts';
import { Artifacts } from '../../src/artifacts/artifacts.ts';
import type { ArtifactRequest, ArtifactResult } from '../../src/artifacts/request.ts';
import type { ToPrepareQueue } from '../../src/prepare/messages.ts';
import type { PrepareAnswer, PrepareWork } from '../../src/prepare/work.ts';
import type { Artifact } from '../../src/store/index.ts';
import { silent } from '../support/hosts.ts';

const IDENTITIES = ['a', 'b'].map((codeHash) => ({ codeHash, prepHash: 'p', engine: 'e' }));
const KEYS = IDENTITIES.map(artifactKey);
const identity = fc.nat(IDENTITIES.length - 1);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('acquire' as const),
      of: identity,
      purpose: fc.constantFrom('precheck' as const, 'execute' as const, 'heads-up' as const),
      critical: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('abort' as const), which: fc.nat() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('conclude' as const),
      of: identity,
      how: fc.constantFrom('prepared', 'transient', 'final', 'not started'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('discard' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('prune' as const), limit: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('time' as const), minutes: fc.nat(20) }) },
);

interface Asked {
  key: string;
  abort: AbortController;
  over?: ArtifactResult | 'aborted';
}

/** A prepare queue and a store that check what they are told. */
class World {
  readonly clock = new FakeClock();
  readonly asked: Asked[] = [];
  readonly removed = new Set<string>();
  readonly #open = new Map<string, 'normal' | 'critical'>();
  readonly #known: Artifact[] = [];
  #files = 0;
  #inside = 0;
  readonly #artifacts = new Artifacts({
    clock: this.clock,
    logger: silent,
    store: {
      isSound: () => true,
      touch: () => {},
      remove: async ({ path }: Artifact) => void this.removed.add(path),
    },
    queue: { handle: (message) => this.#toQueue(message) },
    metrics: {
      cache: () => {},
      gaveUp: () => {},
      prepareEnqueued: () => {
        this.#inside += 1;
      },
      prepareConcluded: () => {
        this.#inside -= 1;
      },
      prepared: () => {},
    },
    news: { tell: () => {} },
    disk: { bytes: Number.POSITIVE_INFINITY, minStaleMs: 0 },
  });

  acquire(of: number, purpose: ArtifactRequest['purpose'], critical: boolean): void {
    const identity = IDENTITIES[of]!;
    const asked: Asked = { key: artifactKey(identity), abort: new AbortController() };
    this.asked.push(asked);
    const request: ArtifactRequest = {
      identity,
      purpose,
      priority: critical ? 'critical' : 'normal',
      work: {
        request: { validationCodeBombLimit: 1 } as PrepareWork['request'],
        destination: { type: 'cache', identity },
      },
    };
    const settled = (over: NonNullable<Asked['over']>): void => {
      must(asked.over === undefined, 'answers once');
      asked.over = over;
      if (over === 'aborted' || over.type !== 'ready') return;
      must(artifactKey(over.artifact.identity) === asked.key, 'gives the artifact that was asked for');
      this.#known.push(over.artifact);
    };
    this.#artifacts.acquire(request, asked.abort.signal).then(
      (result) => {
        // Whoever gave up before it was ready gets nothing.
        must(!asked.abort.signal.aborted, 'answers nobody who has given up');
        settled(result);
      },
      () => {
        must(asked.abort.signal.aborted, 'rejects nobody who still waits');
        settled('aborted');
      },
    );
  }

  conclude(of: number, how: string): void {
    const job = KEYS[of]!;
    if (!this.#open.delete(job)) return;
    if (how === 'not started') {
      const reason = { type: 'not-started', message: 'no' } as const;
      this.#artifacts.handlePreparation({ type: 'failed', job, reason });
      return;
    }
    this.#artifacts.handlePreparation({ type: 'concluded', job, answer: this.#answer(how) });
  }

  async discard(which: number): Promise<void> {
    const artifact = this.#known[which % (this.#known.length || 1)];
    if (artifact !== undefined) await this.#artifacts.discard(artifact);
  }

  async prune(limit: number): Promise<void> {
    const { keptBytes, kept } = await this.#artifacts.prune(limit, 0);
    must(keptBytes <= limit, 'prunes down to its limit');
    must(kept === this.#artifacts.counts().prepared, 'counts what it keeps');
  }

  check(): void {
    const { prepared, preparing, bytes } = this.#artifacts.counts();
    must(preparing === this.#open.size, 'knows what is being prepared');
    must(preparing === this.#inside, 'counts what enters and leaves the pipeline');
    must((prepared === 0) === (bytes === 0), 'counts bytes');
    for (const { key, over } of this.asked)
      must(over !== undefined || this.#open.has(key), 'lets nobody wait for nothing');
  }

  #answer(how: string): PrepareAnswer {
    if (how === 'transient') return { type: 'failed', error: { type: 'IoErr', value: '' } };
    if (how === 'final') return { type: 'failed', error: { type: 'Prevalidation', value: '' } };
    const memoryStats = { memoryTrackerStats: undefined, maxRss: undefined, peakTrackedAlloc: 0n };
    const stats = { cpuTimeElapsed: { secs: 0n, nanos: 0 }, memoryStats, observedWasmCodeLen: 0 };
    this.#files += 1;
    const path = `file ${this.#files}`;
    return { type: 'prepared', path, size: 10, checksum: new Uint8Array(32), stats, wallTimeMs: 1 };
  }

  #toQueue(message: ToPrepareQueue<PrepareWork>): void {
    const priority = this.#open.get(message.job);
    if (message.type === 'enqueue') {
      must(priority === undefined, 'prepares nothing twice at once');
      this.#open.set(message.job, message.priority);
    } else if (message.type === 'raise') {
      must(priority === 'normal', 'raises what is there and not critical yet');
      this.#open.set(message.job, 'critical');
    } else {
      must(priority !== undefined, 'cancels only what is being prepared');
      this.#open.delete(message.job);
    }
  }
}

function must(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`the artifacts do not keep their rule: ${rule}`);
}

it('whatever happens, each request is answered once, with its own artifact, and nothing is prepared twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async (steps) => {
      const world = new World();
      for (const each of steps) {
        if (each.type === 'acquire') world.acquire(each.of, each.purpose, each.critical);
        else if (each.type === 'conclude') world.conclude(each.of, each.how);
        else if (each.type === 'discard') await world.discard(each.which);
        else if (each.type === 'prune') await world.prune(each.limit);
        else if (each.type === 'time') await world.clock.advance(each.minutes * 60_000);
        else {
          const waiting = world.asked.filter(({ over }) => over === undefined);
          waiting[each.which % (waiting.length || 1)]?.abort.abort(new Error('gone'));
        }
        await settle();
        world.check();
      }
      // A preparation that a precheck began may have to be done anew for an execution.
      for (let round = 0; round < 3; round += 1) {
        for (const of of IDENTITIES.keys()) world.conclude(of, 'prepared');
        await settle();
      }
      world.check();
      must(
        world.asked.every(({ over }) => over !== undefined),
        'answers everybody',
      );
    }),
    { ...PROPERTY, numRuns: 300 },
  );
});
