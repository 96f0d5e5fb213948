import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What a kernel says of a process, as far as it bears on isolation. */
export interface Seen {
  /** Soft and hard limit by the kernel's name, in the resource's own unit. */
  readonly limits: Readonly<Record<string, readonly [soft: string, hard: string]>>;
  readonly descriptors: readonly Descriptor[];
  /** Inode of each namespace, by its name in /proc. */
  readonly namespaces: Readonly<Record<string, string>>;
  readonly status: Readonly<Record<string, string>>;
  /** Address space, and data with stack, in bytes. */
  readonly memory: { readonly addressSpace: number; readonly data: number };
}

export interface Descriptor {
  readonly fd: number;
  /** Where it leads, as /proc says. */
  readonly target: string;
  readonly mode: 'read' | 'write' | 'both';
}

const PAGE_BYTES = 4096;
const MODES = ['read', 'write', 'both'] as const;

export function seenFromOutside(pid: number): Seen {
  const read = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'latin1');
  const limits = read('limits')
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(/ {2,}/));
  const status = read('status')
    .split('\n')
    .map((line) => line.split(/:\s*/, 2));
  const pages = read('statm').split(' ').map(Number);
  return {
    limits: Object.fromEntries(limits.map(([name = '', soft = '', hard = '']) => [name, [soft, hard]])),
    descriptors: readdirSync(`/proc/${pid}/fd`)
      .flatMap((name) => descriptorOf(pid, name))
      .toSorted((a, b) => a.fd - b.fd),
    namespaces: Object.fromEntries(
      readdirSync(`/proc/${pid}/ns`).map((name) => [name, readlinkSync(`/proc/${pid}/ns/${name}`)]),
    ),
    status: Object.fromEntries(status.map(([name = '', value = '']) => [name, value.trim()])),
    memory: { addressSpace: pages[0]! * PAGE_BYTES, data: pages[5]! * PAGE_BYTES },
  };
}

/** Empty if it is closed by now, as the one is that lists this process's own. */
function descriptorOf(pid: number, name: string): Descriptor[] {
  try {
    const info = readFileSync(`/proc/${pid}/fdinfo/${name}`, 'latin1');
    const flags = Number.parseInt(/^flags:\s+(\d+)$/m.exec(info)?.[1] ?? '', 8);
    const target = readlinkSync(`/proc/${pid}/fd/${name}`);
    return [{ fd: Number(name), target, mode: MODES[flags & 3] ?? 'both' }];
  } catch {
    return [];
  }
}
