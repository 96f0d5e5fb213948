/** Running a program in a sandbox: a launcher process sets it up from outside, watches it and reports. */
export { DEFAULT_VARIABLES, environmentOf } from './environment.ts';
export { type SandboxedProcess, type SpawnOptions, spawnSandboxed } from './spawn-sandboxed.ts';
