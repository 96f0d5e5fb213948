/**
 * Write a PVF in any language with component tooling: `flatten` makes of a component of world pvf:parachain
 * (wit/pvf-parachain.wit) the WebAssembly module that validators run. For building, never for validating: no host and no
 * worker needs this package.
 *
 * `scan/` reads a component as data within limits; `plan/` says how its core modules become one; `merge/` prepares them for
 * Binaryen; `lower/` replaces what came after the WebAssembly MVP; `sandboxed/` is the program that does all this, and
 * `sandbox/` runs it; `assembly/` is the adapter between SCALE and the canonical ABI.
 */
export { ENTRY_POINT, ENTRY_TYPE, HOST_INTERFACES } from './contract.ts';
export { type ComponentReport, describeComponent, isComponent } from './describe.ts';
export { ComponentError, type ComponentErrorCode, type ComponentErrorMeta } from './errors.ts';
export { type FlattenOptions, type FlattenResult, flatten } from './flatten.ts';
export { createProject } from './project.ts';
export { installToolchain } from './setup.ts';
export { findToolchain, packageFile, TOOL_VERSIONS, toolchainDirectory } from './toolchain.ts';
