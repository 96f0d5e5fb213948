/** Policies: what a sandbox takes away, planned against what the machine can do, and applied. */

export { PRESET_NAMES, type PresetName, presetPolicy } from './presets.ts';
export { DEFAULT_DENIED, isSelector, SYSCALL_GROUPS, type SyscallGroup } from './syscall-groups.ts';
export {
  SYSTEM_DEVICES,
  SYSTEM_EXECUTE_PATHS,
  SYSTEM_READ_PATHS,
  TEMPORARY_DIRECTORIES,
} from './system-paths.ts';
export type {
  EnvironmentPolicy,
  FileBind,
  FilePolicy,
  LayerOutcome,
  LimitPolicy,
  NamespacePolicy,
  NetworkPolicy,
  Policy,
  PolicyLayer,
  Requirement,
  RootPolicy,
  ScopePolicy,
  SyscallPolicy,
  SyscallSelector,
} from './types.ts';
