import { fixturesOf } from './fixtures.ts';

export { FORKABLE_FLAGS, IDENTITIES, LOCKABLE_FLAGS } from './fixtures.ts';
export const { runCase, spawnFixture } = fixturesOf('linux');
