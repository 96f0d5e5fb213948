import { ARM64_SYSCALLS } from './syscalls-arm64.ts';
import { X64_SYSCALLS } from './syscalls-x64.ts';

/** The architectures whose tables this package carries. */
export type Architecture = 'x64' | 'arm64';

/** A system call's name on at least one of the architectures. */
export type SyscallName = keyof typeof X64_SYSCALLS | keyof typeof ARM64_SYSCALLS;

const TABLES: Readonly<Record<Architecture, Readonly<Partial<Record<SyscallName, number>>>>> = {
  x64: X64_SYSCALLS,
  arm64: ARM64_SYSCALLS,
};

/** The architecture of this process; x64 where it is neither, so that tables can still be read. */
export const NATIVE_ARCHITECTURE: Architecture = process.arch === 'arm64' ? 'arm64' : 'x64';

/** The number of a system call, or undefined where the architecture does not have it. */
export function syscallNumber(
  name: SyscallName,
  arch: Architecture = NATIVE_ARCHITECTURE,
): number | undefined {
  return TABLES[arch][name];
}

/** The name of a system call number, or undefined if the table does not know it. */
export function syscallName(nr: number, arch: Architecture = NATIVE_ARCHITECTURE): SyscallName | undefined {
  for (const [name, value] of Object.entries(TABLES[arch])) {
    if (value === nr) return name as SyscallName;
  }
  return undefined;
}

/** Every call of an architecture's table. */
export function syscallTable(arch: Architecture): ReadonlyMap<SyscallName, number> {
  return new Map(Object.entries(TABLES[arch]) as [SyscallName, number][]);
}

/** True for a name in either table. */
export function isSyscallName(name: string): name is SyscallName {
  return Object.hasOwn(X64_SYSCALLS, name) || Object.hasOwn(ARM64_SYSCALLS, name);
}

/** Numbers for this process. Calls that only one architecture has are looked up with {@link syscallNumber}. */
export const NR = (NATIVE_ARCHITECTURE === 'arm64' ? ARM64_SYSCALLS : X64_SYSCALLS) as Readonly<
  Record<keyof typeof X64_SYSCALLS & keyof typeof ARM64_SYSCALLS, number>
>;
