import { settle } from '@pvf/test-kit';
import fc from 'fast-check';
import { it, vi } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { KINDS } from '../../src/kinds.ts';
import { ANSWERS, ExecuteWorld } from '../support/pools/execute-world.ts';
import { ending, poolSteps, which } from '../support/pools/steps.ts';

vi.mock('node:fs/promises', async () => (await import('../support/pools/disk.ts')).disk.module);
vi.mock('../../src/worker/job-clock.ts', () => ({ jobCpuTimeMs: () => undefined }));

const artifact = fc.nat(2);
/** Workers are mostly sound, or none would be asked twice for what it was given. */
const HOW = [...ANSWERS, ...Array.from({ length: 2 * ANSWERS.length }, () => 'ok' as const)];
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('request' as const),
      kind: fc.constantFrom(...KINDS),
      params: fc.nat(1),
      artifact,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lose' as const), artifact }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('want' as const), which }) },
  ...poolSteps(HOW),
);

it('whatever workers do, each request ends once, with its own answer, and nobody waits for nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 80, size: 'max' }),
      ending,
      async (capacity, steps, end) => {
        const world = new ExecuteWorld(capacity);
        for (const each of steps) {
          if (each.type === 'request') world.request(each.kind, each.params, each.artifact);
          else if (each.type === 'want') world.want(each.which);
          else if (each.type === 'lose') world.lose(each.artifact);
          else if (each.type === 'abort') world.abort(each.which);
          else if (each.type === 'start') world.shop.start(each.which, each.works);
          else if (each.type === 'answer') world.answer(each.which, each.how);
          else if (each.type === 'die') world.die(each.which, each.how);
          else if (each.type === 'babble') world.shop.babble(each.which);
          else if (each.type === 'hold') world.shop.hold(each.which, each.takes);
          else if (each.type === 'spoil') world.shop.spoil(each.which);
          else await world.shop.clock.advance(each.ms);
          await settle();
          world.check();
        }
        if (end === 'replaced') world.shop.replaced = true;
        if (end === 'unlucky') await world.beUnlucky();
        if (end !== 'closed') {
          await world.workOff();
          await world.shop.retire();
        }
        await world.close();
      },
    ),
    { ...PROPERTY, numRuns: 500 },
  );
});
