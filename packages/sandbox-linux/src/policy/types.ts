import type { FsAccess, LandlockScope, Namespace } from '@pvf/linux';
import type { SyscallSelector } from './syscall-groups.ts';

export type { SyscallSelector } from './syscall-groups.ts';

/**
 * `required`: without it nothing starts (LAYER_UNAVAILABLE). `best-effort`: what the machine can do is done, and
 * the outcome says what is missing.
 */
export type Requirement = 'required' | 'best-effort';

interface Layer {
  /** `required` by default. */
  readonly enforce?: Requirement;
}

/**
 * Files and directories (with everything beneath) that stay accessible; all other paths are refused. Landlock, and in a
 * mount namespace read-only mounts and a root of its own, in which other paths do not exist. Elsewhere that a path
 * exists, its size, owner and times can be seen (stat).
 */
export interface FilePolicy extends Layer {
  /** May be read and listed. */
  readonly read?: readonly string[];
  /** May be read, written, created, renamed and removed. */
  readonly write?: readonly string[];
  /** May be read and executed. */
  readonly execute?: readonly string[];
  /** Adds what an ordinary program needs of the system to start; see SYSTEM_PATHS. */
  readonly system?: boolean;
  /**
   * What is not given does not exist inside (`hidden`), or exists and is refused. Left out: hidden where a new process
   * can have a mount namespace. With the policy's `root`, the root decides.
   */
  readonly unlisted?: 'hidden' | 'visible';
  /** Within the paths above: does not exist inside; within `write` paths it is empty instead, and cannot be written. */
  readonly hide?: readonly string[];
  /** Paths of another place, put at `target`: to be read and executed, or read and written. */
  readonly bind?: readonly FileBind[];
  /** Directories that are empty at the start, may be written, and are gone at the end; in memory. */
  readonly private?: readonly string[];
  /** The same for /tmp, /var/tmp and /dev/shm, where that can be had; elsewhere they are refused as any other path. */
  readonly temporary?: boolean;
  /** Exact rights, beside the lists above. */
  readonly rules?: readonly { readonly path: string; readonly access: readonly FsAccess[] }[];
  /**
   * Modes, owners, times and attributes of files outside of `write` cannot be changed either, which Landlock does not
   * cover. Read-only mounts do it in any mount namespace; true insists: elsewhere the calls are refused altogether.
   */
  readonly keepMetadata?: boolean;
  /** What a path above that does not exist means; `error` by default. System paths may always be absent. */
  readonly ifMissing?: 'error' | 'skip';
}

/** A path of another place. */
export interface FileBind {
  /** Path outside. */
  readonly source: string;
  /** Absolute path inside, at which it appears. */
  readonly target: string;
  /** May be written, and not executed; false by default. */
  readonly write?: boolean;
}

/** No network, or TCP to and from some ports only. A new net namespace, seccomp and Landlock, as available. */
export interface NetworkPolicy extends Layer {
  /** `host`: as outside, without any restriction. */
  readonly access: 'none' | 'tcp-ports' | 'host';
  /** Ports that may be connected to (`tcp-ports`). */
  readonly connectTcp?: readonly number[];
  /** Ports that may be listened on (`tcp-ports`). */
  readonly bindTcp?: readonly number[];
  /** UDP, to any port, for name resolution for instance (`tcp-ports`). */
  readonly udp?: boolean;
  /** Unix sockets may be opened. Those in the file system are not held back by namespaces or Landlock. */
  readonly unixSockets?: boolean;
}

/** What may not leave the sandbox: abstract Unix sockets, signals. Landlock ABI 6. */
export interface ScopePolicy extends Layer {
  /** Each of them is closed. */
  readonly scopes: readonly LandlockScope[];
}

/** Which system calls pass. seccomp. */
export interface SyscallPolicy extends Layer {
  /** With it, everything else is a violation. */
  readonly allow?: readonly SyscallSelector[];
  /** Violations even if allowed above. */
  readonly deny?: readonly SyscallSelector[];
  /** `refuse`: the call fails with EPERM (default). `kill`: the sandbox ends. */
  readonly onViolation?: 'refuse' | 'kill';
}

/** New namespaces; `user` is added where the kernel wants it for the others. */
export interface NamespacePolicy extends Layer {
  /** Those that the program gets anew. */
  readonly namespaces: readonly Namespace[];
  /** The machine's name inside, with `uts`. */
  readonly hostName?: string;
}

/** A directory that becomes `/`. Needs the mount namespace. */
export interface RootPolicy extends Layer {
  /** Path outside. */
  readonly directory: string;
  /** Nothing in it can be written; false by default. */
  readonly readOnly?: boolean;
  /** Nothing in it can be executed; false by default. */
  readonly noExec?: boolean;
}

/** Limits of the sandbox as a whole, or of each of its processes where the kernel counts so. */
export interface LimitPolicy extends Layer {
  /** CPU time of all processes together, milliseconds. The sandbox is killed. */
  readonly cpuMs?: number;
  /** Wall time, milliseconds. The sandbox is killed. */
  readonly wallMs?: number;
  /** Anonymous and shared memory of all processes together, bytes. The sandbox is killed. */
  readonly memoryBytes?: number;
  /** Processes and threads of this user in the namespace (RLIMIT_NPROC; root is exempt). */
  readonly processes?: number;
  /** Open descriptors per process. */
  readonly openFiles?: number;
  /** Size of a file that is written, bytes. */
  readonly fileBytes?: number;
  /** Size of a core dump, bytes; 0 by default, which also keeps it from a program that kernel.core_pattern names. */
  readonly coreBytes?: number;
  /** Native stack of the main thread, bytes. */
  readonly stackBytes?: number;
}

/** Which environment variables the program gets. */
export interface EnvironmentPolicy {
  /** Names that pass, or all. */
  readonly pass?: readonly string[] | 'all';
  /** Variables that are set, on top. */
  readonly set?: Readonly<Record<string, string>>;
}

/**
 * What a sandbox takes away. A layer that is left out is not touched, but for the network of a new or forked process:
 * without a word about it there is none.
 */
export interface Policy {
  /** Which paths stay accessible. */
  readonly files?: FilePolicy;
  /** Which network there is. */
  readonly network?: NetworkPolicy;
  /** Which sockets and processes outside can be reached. */
  readonly scopes?: ScopePolicy;
  /** Which system calls pass. */
  readonly syscalls?: SyscallPolicy;
  /** What the program has for itself. */
  readonly namespaces?: NamespacePolicy;
  /** What its `/` is. */
  readonly root?: RootPolicy;
  /** How much it may use. */
  readonly limits?: LimitPolicy;
  /** Which variables it gets; without a word a few that any program needs. */
  readonly environment?: EnvironmentPolicy;
  /** As root: the ids to run with. Otherwise the ids stay. Capabilities and the gaining of privileges always go. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** A layer of a policy; each is enforced by something else. */
export type PolicyLayer =
  | 'files'
  | 'network'
  | 'scopes'
  | 'syscalls'
  | 'namespaces'
  | 'root'
  | 'limits'
  | 'privileges'
  | 'environment';

/** What became of one layer of a policy. */
export interface LayerOutcome {
  /** Which layer of the policy this is about. */
  readonly layer: PolicyLayer;
  /**
   * `measured`: in force, but by looking from time to time or one process at a time; `passes` says what gets past.
   * `partial`: something that was asked for is missing, see `missing`.
   */
  readonly status: 'enforced' | 'measured' | 'partial' | 'not-enforced';
  /** What enforces it, e.g. `landlock ABI 7`. */
  readonly by: readonly string[];
  /** What was asked for and is not enforced. */
  readonly missing: readonly string[];
  /** What gets past it as it is enforced here. */
  readonly passes?: readonly string[];
  /** Why something is missing, and what the operator can do. */
  readonly reason?: string;
}
