/** Landlock's rights with their bits (linux/landlock.h) and the ABI that brought each. */

interface Right {
  readonly bit: number;
  readonly abi: number;
}

const FS = {
  execute: { bit: 1 << 0, abi: 1 },
  'write-file': { bit: 1 << 1, abi: 1 },
  'read-file': { bit: 1 << 2, abi: 1 },
  'read-dir': { bit: 1 << 3, abi: 1 },
  'remove-dir': { bit: 1 << 4, abi: 1 },
  'remove-file': { bit: 1 << 5, abi: 1 },
  'make-char': { bit: 1 << 6, abi: 1 },
  'make-dir': { bit: 1 << 7, abi: 1 },
  'make-reg': { bit: 1 << 8, abi: 1 },
  'make-sock': { bit: 1 << 9, abi: 1 },
  'make-fifo': { bit: 1 << 10, abi: 1 },
  'make-block': { bit: 1 << 11, abi: 1 },
  'make-sym': { bit: 1 << 12, abi: 1 },
  refer: { bit: 1 << 13, abi: 2 },
  truncate: { bit: 1 << 14, abi: 3 },
  'ioctl-dev': { bit: 1 << 15, abi: 5 },
} as const satisfies Record<string, Right>;

const NET = {
  'bind-tcp': { bit: 1 << 0, abi: 4 },
  'connect-tcp': { bit: 1 << 1, abi: 4 },
} as const satisfies Record<string, Right>;

const SCOPES = {
  'abstract-unix-socket': { bit: 1 << 0, abi: 6 },
  signal: { bit: 1 << 1, abi: 6 },
} as const satisfies Record<string, Right>;

/** A file-system right, LANDLOCK_ACCESS_FS_… */
export type FsAccess = keyof typeof FS;
/** A network right, LANDLOCK_ACCESS_NET_… */
export type NetAccess = keyof typeof NET;
/** What may not leave the sandbox, LANDLOCK_SCOPE_… */
export type LandlockScope = keyof typeof SCOPES;

export const FS_ACCESS: readonly FsAccess[] = Object.keys(FS) as FsAccess[];
export const NET_ACCESS: readonly NetAccess[] = Object.keys(NET) as NetAccess[];
export const LANDLOCK_SCOPES: readonly LandlockScope[] = Object.keys(SCOPES) as LandlockScope[];

/** Rights that a rule on a regular file may carry; the others are about directories. */
export const FILE_ACCESS: readonly FsAccess[] = [
  'execute',
  'write-file',
  'read-file',
  'truncate',
  'ioctl-dev',
];
/** Reading files and listing directories. */
export const READ_ACCESS: readonly FsAccess[] = ['read-file', 'read-dir'];
/** Everything that changes files and directories, but devices. */
export const WRITE_ACCESS: readonly FsAccess[] = [
  'write-file',
  'remove-dir',
  'remove-file',
  'make-dir',
  'make-reg',
  'make-sock',
  'make-fifo',
  'make-sym',
  'refer',
  'truncate',
];

/** The newest ABI whose rights this package knows; a newer kernel's further rights are not handled. */
export const KNOWN_LANDLOCK_ABI = 7;

/** Names and bits that an ABI knows, and the names it does not. */
export interface Selected<Name extends string> {
  readonly mask: number;
  readonly names: readonly Name[];
  readonly missing: readonly Name[];
}

function select<Name extends string>(
  table: Readonly<Record<Name, Right>>,
  names: readonly Name[],
  abi: number,
): Selected<Name> {
  const known = names.filter((name) => table[name].abi <= abi);
  return {
    mask: known.reduce((mask, name) => mask | table[name].bit, 0),
    names: known,
    missing: names.filter((name) => table[name].abi > abi),
  };
}

export const selectFs = (names: readonly FsAccess[], abi: number): Selected<FsAccess> =>
  select(FS, names, abi);
export const selectNet = (names: readonly NetAccess[], abi: number): Selected<NetAccess> =>
  select(NET, names, abi);
export const selectScopes = (names: readonly LandlockScope[], abi: number): Selected<LandlockScope> =>
  select(SCOPES, names, abi);
