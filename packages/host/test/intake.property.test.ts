import { settle } from '@pvf/test-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROPERTY } from '../../test-kit/setup/property.ts';
import { Intake } from '../src/intake.ts';

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ type: 'enter' as const, which: 0 }) },
  { weight: 3, arbitrary: fc.constant({ type: 'leave' as const, which: 0 }) },
  // Of any that ever entered, those who wait, are inside or have left.
  { weight: 3, arbitrary: fc.record({ type: fc.constant('abort' as const), which: fc.nat() }) },
);

it('lets in those who still want to, in their order, and never more than there is room for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 60, size: 'max' }),
      async (limit, steps) => {
        const intake = new Intake(limit);
        const aborts: AbortController[] = [];
        const outcomes: string[] = [];
        // By its definition.
        const expected: string[] = [];
        const waiting: number[] = [];
        let inside = 0;
        const admit = (): void => {
          while (inside < limit && waiting.length > 0) {
            expected.push(`${waiting.shift()} enters`);
            inside += 1;
          }
        };
        for (const { type, which } of steps) {
          if (type === 'enter') {
            const id = aborts.push(new AbortController()) - 1;
            waiting.push(id);
            intake.enter(aborts[id]!.signal).then(
              () => outcomes.push(`${id} enters`),
              () => outcomes.push(`${id} gives up`),
            );
          } else if (type === 'leave' && inside > 0) {
            inside -= 1;
            intake.leave();
          } else if (type === 'abort' && aborts.length > 0) {
            const id = which % aborts.length;
            aborts[id]!.abort();
            const at = waiting.indexOf(id);
            if (at >= 0) {
              waiting.splice(at, 1);
              expected.push(`${id} gives up`);
            }
          }
          admit();
          await settle();
          expect(outcomes).toEqual(expected);
          expect(intake.isFull).toBe(inside === limit);
        }
      },
    ),
    { ...PROPERTY, numRuns: 500 },
  );
});
