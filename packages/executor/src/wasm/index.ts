/**
 * WebAssembly prevalidation and rewriting: bytes of a PVF in, bytes for the compiler out.
 *
 * `scan*` walks the module once, refuses what is no MVP module, computes every function's stack cost and
 * notes which instructions must change. `emit*` writes the result. Two targets share all of it: the
 * reference's bytes exactly, and a module that behaves the same in V8. Where they differ, the file says why
 * that is no difference: `entry-metering.ts`, `canonical-nan.ts`, `tables.ts`; `validation.ts` and
 * `segments.ts` refuse what only V8 would take.
 */
export { HEIGHT_EXPORT, HOST_MEMORY, HOST_MODULE } from './emit-sections.ts';
export { RewriteError, type RewriteErrorCode, type RewriteErrorMeta } from './errors.ts';
export {
  type InspectOptions,
  inspectModule,
  type ModuleReport,
  type SectionReport,
  type StackCost,
} from './inspect.ts';
export {
  type ExternalType,
  type FunctionType,
  type ModuleExport,
  type ModuleImport,
  type ModuleInterface,
  readInterface,
  type Size,
  type ValueTypeName,
} from './interface.ts';
export {
  REFERENCE_STEPS,
  type ReferenceStep,
  type RewriteOptions,
  type RewriteTarget,
  rewriteModule,
  rewriteUpTo,
  stackCosts,
} from './rewrite.ts';
