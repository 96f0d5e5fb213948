import { invalidArgument } from '../error.ts';
import { AUDIT_ARCH_AARCH64, AUDIT_ARCH_X86_64, X32_SYSCALL_BIT } from '../sys/constants.ts';
import { addressOf } from '../sys/libc.ts';
import {
  type Architecture,
  isSyscallName,
  NATIVE_ARCHITECTURE,
  type SyscallName,
  syscallNumber,
} from '../sys/syscalls.ts';
import { actionWord, type SeccompAction } from './actions.ts';
import {
  BpfAssembler,
  DATA_ARCH,
  DATA_NR,
  encodeProgram,
  JMP_JEQ_K,
  JMP_JGE_K,
  type Label,
  MAX_INSTRUCTIONS,
} from './bpf.ts';
import { type ArgumentCondition, emitCondition } from './conditions.ts';

/** A system call, with conditions on its arguments that must all hold for the rule to apply. */
export interface SyscallRule {
  readonly name: SyscallName;
  readonly args?: readonly ArgumentCondition[];
  /**
   * Instead of what the list stands for. `pass`, in a deny list only: no violation, whatever the deny rules after
   * this one say; the allow list decides.
   */
  readonly action?: SeccompAction | 'pass';
}

/** What a filter lets through. */
export interface FilterSpec {
  /** This process's by default. */
  readonly arch?: Architecture;
  /** Calls that pass. With it, everything else is a violation; without it, everything that is not denied passes. */
  readonly allow?: readonly (SyscallName | SyscallRule)[];
  /** Calls that are violations; looked at before `allow`. */
  readonly deny?: readonly (SyscallName | SyscallRule)[];
  /** What happens to a violation. Calls of a foreign architecture (and x32) always kill the process. */
  readonly onViolation: SeccompAction;
}

/** A program ready for the kernel; compile it once, install it as often as needed. */
export interface CompiledFilter {
  readonly arch: Architecture;
  /** `struct sock_filter[]`, 8 bytes per instruction. */
  readonly program: Uint8Array<ArrayBuffer>;
  readonly instructionCount: number;
  /** struct sock_fprog, pointing at `program`. */
  readonly fprog: Uint8Array<ArrayBuffer>;
  readonly fprogAddress: number;
}

interface CompiledRule {
  readonly args: readonly ArgumentCondition[];
  readonly action: number | 'pass';
}

interface RulesOfCall {
  readonly deny: CompiledRule[];
  readonly allow: CompiledRule[];
}

const AUDIT_ARCH: Readonly<Record<Architecture, number>> = {
  x64: AUDIT_ARCH_X86_64,
  arm64: AUDIT_ARCH_AARCH64,
};
const LINEAR_UP_TO = 4;

/**
 * Compiles a seccomp filter: architecture check, x32 hole, then a binary search over the call number and
 * the argument checks of each call in the order of the lists. Names that only the other architecture has
 * are left out: such a call cannot be made here.
 * @throws SandboxError INVALID_ARGUMENT (unknown name, bad condition, more than 4,096 instructions)
 */
export function compileFilter(spec: FilterSpec): CompiledFilter {
  const arch = spec.arch ?? NATIVE_ARCHITECTURE;
  const violation = actionWord(spec.onViolation);
  const fallback = spec.allow === undefined ? actionWord('allow') : violation;
  const rules = new Map<number, RulesOfCall>();
  collect(rules, 'deny', spec.deny ?? [], arch, violation);
  collect(rules, 'allow', spec.allow ?? [], arch, actionWord('allow'));

  const assembler = new BpfAssembler();
  emitHeader(assembler, arch);
  emitSearch(
    assembler,
    [...rules].sort(([a], [b]) => a - b),
    fallback,
  );
  const instructions = assembler.assemble();
  if (instructions.length > MAX_INSTRUCTIONS) {
    invalidArgument(
      'filter',
      `${instructions.length} instructions`,
      `the kernel takes at most ${MAX_INSTRUCTIONS}`,
    );
  }
  return finish(arch, encodeProgram(instructions));
}

function collect(
  rules: Map<number, RulesOfCall>,
  kind: keyof RulesOfCall,
  list: readonly (SyscallName | SyscallRule)[],
  arch: Architecture,
  action: number,
): void {
  for (const entry of list) {
    const rule: SyscallRule = typeof entry === 'string' ? { name: entry } : entry;
    if (!isSyscallName(rule.name))
      invalidArgument('syscall', rule.name, 'there is no such system call in the tables');
    if (rule.action === 'pass' && kind === 'allow')
      invalidArgument('action', 'pass', 'only deny rules can pass a call on');
    const nr = syscallNumber(rule.name, arch);
    if (nr === undefined) continue;
    const own =
      rule.action === undefined ? action : rule.action === 'pass' ? rule.action : actionWord(rule.action);
    const existing = rules.get(nr) ?? { deny: [], allow: [] };
    existing[kind].push({ args: rule.args ?? [], action: own });
    rules.set(nr, existing);
  }
}

function emitHeader(assembler: BpfAssembler, arch: Architecture): void {
  const kill = actionWord('kill-process');
  const native = assembler.label('native');
  assembler.load(DATA_ARCH);
  assembler.jump(JMP_JEQ_K, AUDIT_ARCH[arch], native, undefined);
  assembler.ret(kill);
  assembler.place(native);
  assembler.load(DATA_NR);
  if (arch !== 'x64') return;
  const not32 = assembler.label('not x32');
  assembler.jump(JMP_JGE_K, X32_SYSCALL_BIT, undefined, not32);
  assembler.ret(kill);
  assembler.place(not32);
}

type Call = readonly [nr: number, rules: RulesOfCall];

function emitSearch(assembler: BpfAssembler, calls: readonly Call[], fallback: number): void {
  if (calls.length <= LINEAR_UP_TO) {
    for (const call of calls) emitCall(assembler, call, fallback);
    assembler.ret(fallback);
    return;
  }
  const middle = calls.length >> 1;
  const pivot = calls[middle]?.[0] as number;
  const below = assembler.label(`below ${pivot}`);
  const above = assembler.label(`from ${pivot}`);
  assembler.jump(JMP_JGE_K, pivot, undefined, below);
  assembler.goto(above);
  assembler.place(below);
  emitSearch(assembler, calls.slice(0, middle), fallback);
  assembler.place(above);
  emitSearch(assembler, calls.slice(middle), fallback);
}

function emitCall(assembler: BpfAssembler, [nr, { deny, allow }]: Call, fallback: number): void {
  const match = assembler.label(`call ${nr}`);
  const next = assembler.label(`after ${nr}`);
  const passed = assembler.label(`allow rules of ${nr}`);
  assembler.jump(JMP_JEQ_K, nr, match, undefined);
  assembler.goto(next);
  assembler.place(match);
  emitRules(assembler, deny, passed);
  assembler.place(passed);
  emitRules(assembler, allow, passed);
  assembler.ret(fallback);
  assembler.place(next);
}

function emitRules(assembler: BpfAssembler, rules: readonly CompiledRule[], passed: Label): void {
  for (const { args, action } of rules) {
    const otherwise = assembler.label('next rule');
    for (const condition of args) emitCondition(assembler, condition, otherwise);
    if (action === 'pass') assembler.goto(passed);
    else assembler.ret(action);
    assembler.place(otherwise);
  }
}

function finish(arch: Architecture, program: Uint8Array<ArrayBuffer>): CompiledFilter {
  const instructionCount = program.length / 8;
  const fprog = new Uint8Array(new ArrayBuffer(16));
  const view = new DataView(fprog.buffer);
  view.setUint16(0, instructionCount, true);
  if (process.platform !== 'linux') return { arch, program, instructionCount, fprog, fprogAddress: 0 };
  view.setBigUint64(8, BigInt(addressOf(program)), true);
  return { arch, program, instructionCount, fprog, fprogAddress: addressOf(fprog) };
}
