import { settle } from '@pvf/test-kit';
import fc from 'fast-check';
import { it, vi } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { DEATHS } from '../support/pools/fake-process.ts';
import { ANSWERS, PrepareWorld } from '../support/pools/prepare-world.ts';
import { IDLE_MS } from '../support/pools/workshop.ts';

vi.mock('node:fs/promises', async () => (await import('../support/pools/disk.ts')).disk.module);
vi.mock('../../src/worker/job-clock.ts', () => ({ jobCpuTimeMs: () => undefined }));

const which = fc.nat();
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('request' as const), critical: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('abort' as const), which }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('raise' as const), which }) },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('start' as const), which, works: fc.nat(3).map((n) => n > 0) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('answer' as const), which, how: fc.constantFrom(...ANSWERS) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('die' as const), which, how: fc.constantFrom(...DEATHS) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('babble' as const), which }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('hold' as const), which, takes: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('spoil' as const), which }) },
  // Files are put in place later from now on; those that wait for it are.
  { weight: 1, arbitrary: fc.record({ type: fc.constant('promote' as const), later: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('time' as const),
      ms: fc.constantFrom(1, 1_000, 3_000, 4_000, 8_000, IDLE_MS),
    }),
  },
);
const ending = fc.constantFrom('go on', 'go on', 'unlucky', 'replaced', 'closed');

it('whatever workers do, each preparation ends once, with its own artifact, and no other file is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 0, max: 2 }),
      fc.array(step, { maxLength: 80, size: 'max' }),
      ending,
      async (soft, more, steps, end) => {
        const world = new PrepareWorld(soft, soft + more);
        for (const each of steps) {
          if (each.type === 'request') world.request(each.critical ? 'critical' : 'normal');
          else if (each.type === 'abort') world.abort(each.which);
          else if (each.type === 'raise') world.raise(each.which);
          else if (each.type === 'start') world.shop.start(each.which, each.works);
          else if (each.type === 'answer') world.answer(each.which, each.how);
          else if (each.type === 'die') world.die(each.which, each.how);
          else if (each.type === 'babble') world.shop.babble(each.which);
          else if (each.type === 'hold') world.shop.hold(each.which, each.takes);
          else if (each.type === 'spoil') world.spoil(each.which);
          else if (each.type === 'promote') {
            world.slow = each.later;
            world.promote();
          } else await world.shop.clock.advance(each.ms);
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
