import {
  ALL_NAMESPACES,
  allowNothing,
  endSiblingThreads,
  exitNow,
  forkChild,
  initialise,
  installFilter,
  pivotRoot,
  setNoNewPrivileges,
  unshare,
  waitForChild,
  writeIdMap,
} from '@pvf/sandbox-linux';
import type { CheckName } from './command-line.ts';
import { messageOf } from './errors.ts';
import { compileJobFilters, compileWorkerFilter } from './syscalls.ts';

/**
 * Tries one security feature on this machine, in this process, which ends afterwards.
 *
 * @returns why the feature cannot be used, or `undefined` when it works
 */
export function runCheck(check: CheckName, directory: string | undefined): string | undefined {
  try {
    initialise();
    endSiblingThreads();
    switch (check) {
      case 'can-enable-landlock':
        setNoNewPrivileges();
        allowNothing();
        return undefined;
      case 'can-enable-seccomp':
        setNoNewPrivileges();
        compileJobFilters();
        installFilter(compileWorkerFilter());
        return undefined;
      case 'can-unshare-user-namespace-and-change-root': {
        const uid = process.getuid!();
        const gid = process.getgid!();
        unshare('user', 'mount');
        writeIdMap({ uid: { inside: uid, outside: uid }, gid: { inside: gid, outside: gid } });
        pivotRoot(directory!, { readOnly: true, noSuid: true, noDev: true, noExec: true });
        return undefined;
      }
      case 'can-do-secure-clone': {
        const pid = forkChild({ namespaces: ALL_NAMESPACES, body: () => exitNow(0) });
        const end = waitForChild(pid);
        return end.exited === 0 ? undefined : `a process in new namespaces ended with ${JSON.stringify(end)}`;
      }
      default:
        return check satisfies never;
    }
  } catch (error) {
    return `${check}: ${messageOf(error)}`;
  }
}
