/** Restricting this very process, and forking restricted copies of it. */
export {
  type ForkSandboxedOptions,
  forkSandboxed,
  type PreparedSandbox,
  prepareSandbox,
} from './fork-sandboxed.ts';
export { type RestrictOptions, restrictThisProcess } from './restrict-this-process.ts';
