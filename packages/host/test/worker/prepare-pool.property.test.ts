import { settle } from '@pvf/test-kit';
import fc from 'fast-check';
import { it, vi } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { ANSWERS, PrepareWorld } from '../support/pools/prepare-world.ts';
import { ending, poolSteps, which } from '../support/pools/steps.ts';

vi.mock('node:fs/promises', async () => (await import('../support/pools/disk.ts')).disk.module);
vi.mock('../../src/worker/job-clock.ts', () => ({ jobCpuTimeMs: () => undefined }));

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('request' as const), critical: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('raise' as const), which }) },
  // Files are put in place later from now on; those that wait for it are.
  { weight: 1, arbitrary: fc.record({ type: fc.constant('promote' as const), later: fc.boolean() }) },
  ...poolSteps(ANSWERS),
);

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
