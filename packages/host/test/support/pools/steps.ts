import fc from 'fast-check';
import { DEATHS } from './fake-process.ts';
import { IDLE_MS } from './workshop.ts';

/** Of something that a step happens to: the index in a list, modulo its length. */
export const which = fc.nat();

/** What can happen to any pool, with the weights of `fc.oneof`. */
export const poolSteps = <How extends string>(answers: readonly How[]) =>
  [
    { weight: 2, arbitrary: fc.record({ type: fc.constant('abort' as const), which }) },
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constant('start' as const),
        which,
        works: fc.nat(3).map((n) => n > 0),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({ type: fc.constant('answer' as const), which, how: fc.constantFrom(...answers) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('die' as const), which, how: fc.constantFrom(...DEATHS) }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('babble' as const), which }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('hold' as const), which, takes: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('spoil' as const), which }) },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('time' as const),
        ms: fc.constantFrom(1, 1_000, 3_000, 4_000, 8_000, IDLE_MS),
      }),
    },
  ] as const;

/** Last, so that most sequences run through without it. */
export const ending = fc.constantFrom('go on', 'go on', 'unlucky', 'replaced', 'closed');
