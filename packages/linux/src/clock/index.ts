/** What a process has used so far: CPU time by its kernel clock, resident memory by a kept /proc. */
export { ownCpuTimeNs, processCpuTimeNs } from './clock.ts';
export {
  openProcDirectory,
  type ProcessState,
  readAllocated,
  readProcess,
  readRss,
} from './proc-directory.ts';
