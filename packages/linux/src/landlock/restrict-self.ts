import { fstatSync } from 'node:fs';
import { invalidArgument, SandboxError } from '../error.ts';
import { closeDescriptor } from '../io/descriptors.ts';
import { open } from '../io/files.ts';
import {
  LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF,
  LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF,
  LANDLOCK_RESTRICT_SELF_TSYNC,
  O_PATH,
} from '../sys/constants.ts';
import {
  FILE_ACCESS,
  FS_ACCESS,
  type FsAccess,
  KNOWN_LANDLOCK_ABI,
  LANDLOCK_SCOPES,
  type LandlockScope,
  NET_ACCESS,
  type NetAccess,
  type Selected,
  selectFs,
  selectNet,
  selectScopes,
} from './access.ts';
import { addPathRule, addPortRule, createRuleset, enforce, requireAbi } from './ruleset.ts';

/** An exception from what the ruleset handles: a file or directory tree, or a TCP port. */
export type LandlockRule =
  | { readonly path: string; readonly access: readonly FsAccess[] }
  | { readonly fd: number; readonly access: readonly FsAccess[] }
  | { readonly tcpPort: number; readonly access: readonly NetAccess[] };

/** What the calling thread may still do; what is not listed it may not (landlock(7)). */
export interface LandlockOptions {
  /** Rights that are denied wherever no rule grants them; all that the ABI has by default. */
  readonly handledFs?: readonly FsAccess[];
  /** Likewise for TCP; all that the ABI has by default. */
  readonly handledNet?: readonly NetAccess[];
  /** All that the ABI has by default. */
  readonly scopes?: readonly LandlockScope[];
  readonly rules?: readonly LandlockRule[];
  /** true: rights named above that the ABI lacks are left out and reported instead of an error. */
  readonly bestEffort?: boolean;
  /** Restrict every thread of the process; needs ABI 8 (Linux 7.0). */
  readonly allThreads?: boolean;
  /** Behave as a kernel with this older ABI would make us. */
  readonly abi?: number;
}

/** What was enforced, and what was asked for by name but unknown to the kernel. */
export interface LandlockResult {
  readonly abi: number;
  readonly fs: readonly FsAccess[];
  readonly net: readonly NetAccess[];
  readonly scopes: readonly LandlockScope[];
  readonly missing: readonly (FsAccess | NetAccess | LandlockScope)[];
}

const ALL_THREADS_ABI = 8;
/** From here on (Linux 6.15) refusals go to the audit log, unless switched off. */
const AUDIT_ABI = 7;
const NO_AUDIT = LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF | LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF;

/** The ABI to work with: the kernel's, at most what this package knows, or an older one to simulate. */
export function usableAbi(simulated?: number): number {
  return Math.min(requireAbi(), KNOWN_LANDLOCK_ABI, simulated ?? KNOWN_LANDLOCK_ABI);
}

/**
 * Restricts this thread, and all it starts from now on, for good (landlock_restrict_self). A process with one
 * thread is restricted as a whole. `setNoNewPrivileges` first. A path that does not exist is an error.
 * @throws SandboxError LAYER_UNAVAILABLE (no Landlock, or a named right that the ABI lacks), SYSCALL_FAILED
 */
export function restrictSelf(options: LandlockOptions = {}): LandlockResult {
  const abi = usableAbi(options.abi);
  const fs = selectFs(options.handledFs ?? FS_ACCESS, abi);
  const net = selectNet(options.handledNet ?? NET_ACCESS, abi);
  const scopes = selectScopes(options.scopes ?? LANDLOCK_SCOPES, abi);
  const missing = [
    ...asked(options.handledFs, fs),
    ...asked(options.handledNet, net),
    ...asked(options.scopes, scopes),
  ];
  if (missing.length > 0 && options.bestEffort !== true) {
    throw new SandboxError(
      'LAYER_UNAVAILABLE',
      { layer: 'landlock', reason: `ABI ${abi} lacks ${missing.join(', ')}` },
      `Landlock ABI ${abi} lacks ${missing.join(', ')}; use a newer kernel or bestEffort`,
    );
  }
  if (options.allThreads === true && requireAbi() < ALL_THREADS_ABI) {
    throw new SandboxError(
      'LAYER_UNAVAILABLE',
      { layer: 'landlock', reason: `ABI ${requireAbi()} restricts one thread at a time` },
      `Landlock ABI ${requireAbi()} restricts one thread at a time; all threads need ABI ${ALL_THREADS_ABI} (Linux 7.0)`,
    );
  }
  const ruleset = createRuleset(abi, fs.mask, net.mask, scopes.mask);
  try {
    for (const rule of options.rules ?? []) addRule(ruleset, rule, abi, fs.mask, net.mask);
  } catch (error) {
    closeDescriptor(ruleset);
    throw error;
  }
  enforce(ruleset, options.allThreads === true ? LANDLOCK_RESTRICT_SELF_TSYNC : 0);
  return { abi, fs: fs.names, net: net.names, scopes: scopes.names, missing };
}

function asked<Name extends string>(
  named: readonly Name[] | undefined,
  selected: Selected<Name>,
): readonly Name[] {
  return named === undefined ? [] : selected.missing;
}

function addRule(ruleset: number, rule: LandlockRule, abi: number, fsMask: number, netMask: number): void {
  if ('tcpPort' in rule) {
    if (!Number.isInteger(rule.tcpPort) || rule.tcpPort < 0 || rule.tcpPort > 65_535) {
      invalidArgument('tcpPort', rule.tcpPort, 'a TCP port is a whole number from 0 to 65535');
    }
    const access = selectNet(rule.access, abi).mask & netMask;
    if (access !== 0) addPortRule(ruleset, rule.tcpPort, access);
    return;
  }
  const fd = 'fd' in rule ? rule.fd : open(rule.path, O_PATH);
  try {
    const directory = fstatSync(fd).isDirectory();
    const names = directory ? rule.access : rule.access.filter((name) => FILE_ACCESS.includes(name));
    const access = selectFs(names, abi).mask & fsMask;
    if (access !== 0) addPathRule(ruleset, fd, access, 'path' in rule ? rule.path : `descriptor ${fd}`);
  } finally {
    if ('path' in rule) closeDescriptor(fd);
  }
}

let everything: { abi: number; fs: number; net: number; scopes: number } | undefined;

/**
 * Forbids every file access, TCP use and scope that the ABI can forbid, without exception: three system
 * calls. `setNoNewPrivileges` first. Nothing of what is refused is logged: whoever can do nothing could otherwise fill
 * the audit log with trying.
 * @returns the ABI that was used
 * @throws SandboxError LAYER_UNAVAILABLE, SYSCALL_FAILED
 */
export function allowNothing(simulatedAbi?: number): number {
  if (everything === undefined || simulatedAbi !== undefined) {
    const abi = usableAbi(simulatedAbi);
    everything = {
      abi,
      fs: selectFs(FS_ACCESS, abi).mask,
      net: selectNet(NET_ACCESS, abi).mask,
      scopes: selectScopes(LANDLOCK_SCOPES, abi).mask,
    };
  }
  const flags = requireAbi() >= AUDIT_ABI ? NO_AUDIT : 0;
  enforce(createRuleset(everything.abi, everything.fs, everything.net, everything.scopes), flags);
  return everything.abi;
}
