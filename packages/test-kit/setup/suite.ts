import { availableParallelism } from 'node:os';

/**
 * What the suites have in common (vitest's `test`). Two files at a time also where vitest would leave one of two
 * processors to itself: files do not share processes or directories, and much of their time is waiting.
 */
export const SUITE = {
  setupFiles: ['../test-kit/setup/surroundings.ts'],
  maxWorkers: Math.max(2, availableParallelism() - 1),
};
