import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  errnoNameOf,
  mount,
  pivotRoot,
  setDumpable,
  setHostName,
  setMountWritable,
  WRITE_ACCESS,
  writeIdMap,
} from '@pvf/linux';
import { MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_REC } from '@pvf/linux/constants';
import type { Plan } from '../policy/plan.ts';
import { SYSTEM_DEVICES } from '../policy/system-paths.ts';
import { type GivenInput, protectInputs } from './inputs.ts';
import { buildView } from './view.ts';

const DEFAULT_HOST_NAME = 'sandbox';

/** What the namespaces of a sandbox have become. */
export interface OwnNamespaces {
  /** /proc shows the sandbox's own processes. */
  readonly ownProcessTable: boolean;
  /** What could not be set up and is not vital. */
  readonly missing: readonly string[];
  /** To be handed back at the end. */
  readonly inputs: readonly GivenInput[];
}

/**
 * First thing in a process in new namespaces: ids, mounts, process table, root, host name.
 * @param ids what they are outside
 * @param cwd where a program will start, an empty directory if it is not given; without it none will, and the descriptors are
 * the caller's business
 * @throws SandboxError SYSCALL_FAILED, INVALID_ARGUMENT (a directory as standard input, a bind whose target cannot be made)
 */
export function setUpNamespaces(
  plan: Plan,
  ids: { readonly uid: number; readonly gid: number },
  cwd?: string,
): OwnNamespaces {
  const { namespaces } = plan;
  const missing: string[] = [];
  let ownProcessTable = false;
  let inputs: readonly GivenInput[] = [];
  let view: string | undefined;
  if (namespaces.includes('user')) {
    writeIdMap({ uid: { inside: ids.uid, outside: ids.uid }, gid: { inside: ids.gid, outside: ids.gid } });
  }
  if (namespaces.includes('mount')) {
    mount('none', '/', { flags: MS_REC | MS_PRIVATE });
    if (cwd !== undefined && (plan.readOnlyMounts || plan.view !== undefined)) inputs = protectInputs();
    if (plan.view !== undefined) view = buildView(plan.view, cwd ?? '/');
    const table = join(view ?? plan.root?.directory ?? '/', 'proc');
    if (namespaces.includes('pid') && existsSync(table)) {
      try {
        mount('proc', table, { type: 'proc', flags: MS_NOSUID | MS_NODEV | MS_NOEXEC });
        ownProcessTable = true;
      } catch {
        // refused where parts of /proc are covered, as containers do: then the covered one stays
        missing.push('a process table of its own (/proc)');
      }
    }
    if (view !== undefined) {
      if (!ownProcessTable) mount('/proc', join(view, 'proc'), { flags: MS_BIND | MS_REC });
      pivotRoot(view);
    }
  }
  if (plan.readOnlyMounts && view === undefined) protectMounts(plan);
  if (plan.root !== undefined) {
    const { directory, readOnly, noExec } = plan.root;
    pivotRoot(directory, { noSuid: true, readOnly: readOnly === true, noExec: noExec === true });
  }
  if (namespaces.includes('uts')) setHostName(plan.hostName ?? DEFAULT_HOST_NAME);
  setDumpable(false);
  return { ownProcessTable, missing, inputs };
}

/**
 * Everything but what may be written becomes read-only. Landlock already keeps contents; this keeps modes, owners,
 * times and attributes too, which it does not look at.
 */
function protectMounts(plan: Plan): void {
  const writable = (plan.landlock?.paths ?? [])
    .filter(({ path, access }) => access.some((right) => WRITE_ACCESS.includes(right)) && existsSync(path))
    .map(({ path }) => path)
    .filter((path) => !SYSTEM_DEVICES.includes(path));
  for (const path of writable) mount(path, path, { flags: MS_BIND | MS_REC });
  setMountWritable('/', false, { recursive: true });
  for (const path of writable) {
    try {
      setMountWritable(path, true);
    } catch (error) {
      // it was read-only outside
      if (errnoNameOf(error) !== 'EPERM') throw error;
    }
  }
}
