/** Looking at real processes from a test. Linux only. */
export {
  descendantsOf,
  describe as describeProcess,
  isAlive,
  listProcesses,
  openDescriptors,
  type ProcessInfo,
  residentBytes,
  threadCount,
} from './process-tree.ts';
export { waitUntil } from './wait-until.ts';
