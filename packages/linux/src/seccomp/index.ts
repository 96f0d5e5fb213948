/**
 * seccomp filters: rules by call name and argument, compiled to BPF for x64 or arm64 once, installed
 * cheaply in each job; filters stack.
 */
export type { SeccompAction } from './actions.ts';
export { type BpfInstruction, decodeProgram } from './bpf.ts';
export { type CompiledFilter, compileFilter, type FilterSpec, type SyscallRule } from './compile.ts';
export type { ArgumentCondition } from './conditions.ts';
export { installFilter, isActionAvailable } from './install.ts';
export { compileNoNewCode, NEW_CODE_RULES } from './no-new-code.ts';
