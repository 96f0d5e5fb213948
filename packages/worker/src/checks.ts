import {
  ALL_NAMESPACES,
  allowNothing,
  closeDescriptor,
  endSiblingThreads,
  exitNow,
  forkChild,
  initialise,
  installFilter,
  pipe,
  pivotRoot,
  readFully,
  setNoNewPrivileges,
  unshare,
  waitForChild,
  writeAll,
  writeIdMap,
} from '@pvf/sandbox-linux';
import type { CheckName } from './command-line.ts';
import { messageOf } from './errors.ts';
import { compileJobFilters, compileWorkerFilter } from './syscalls.ts';

const CHECKS: readonly CheckName[] = [
  'can-enable-landlock',
  'can-enable-seccomp',
  'can-unshare-user-namespace-and-change-root',
  'can-do-secure-clone',
];

/** What a check that succeeded is reported as; no reason reads so. */
const WORKS = 'ok';
const REASON_BYTES = 2048;

/**
 * All checks, each in a child of its own because it restricts its process for good.
 *
 * @param directory what to change the root to
 * @returns by the name of the check's flag: `ok`, or why the feature cannot be used, in one line
 */
export function runAllChecks(directory: string): Record<string, string> {
  initialise();
  endSiblingThreads();
  return Object.fromEntries(CHECKS.map((check) => [`check-${check}`, runInChild(check, directory)]));
}

function runInChild(check: CheckName, directory: string): string {
  const { readFd, writeFd } = pipe();
  try {
    const pid = forkChild({
      body: () => {
        const reason = runCheck(check, directory) ?? WORKS;
        writeAll(writeFd, Buffer.from(reason).subarray(0, REASON_BYTES));
        return 0;
      },
    });
    closeDescriptor(writeFd);
    const said = Buffer.alloc(REASON_BYTES);
    const reason = said.toString('utf8', 0, readFully(readFd, said)).replaceAll(/\s+/g, ' ').trim();
    const end = waitForChild(pid);
    return end.exited === 0 && reason !== ''
      ? reason
      : `${check}: the check ended with ${JSON.stringify(end)}`;
  } catch (error) {
    return `${check}: ${messageOf(error)}`;
  } finally {
    closeDescriptor(readFd);
  }
}

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
