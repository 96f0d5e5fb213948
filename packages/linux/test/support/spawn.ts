import { fixturesOf } from './fixtures.ts';

export { FORKABLE_FLAGS, IDENTITIES } from './fixtures.ts';
export const { runCase, spawnFixture } = fixturesOf('linux');
