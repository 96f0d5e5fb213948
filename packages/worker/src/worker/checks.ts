import { tmpdir } from 'node:os';
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
  restrictSelf,
  setHostName,
  setNoNewPrivileges,
  unshare,
  waitForChild,
  writeAll,
  writeIdMap,
} from '@pvf/linux';
import { WorkerCgroup } from '../across/cgroup.ts';
import { messageOf } from '../errors.ts';
import { compileJobFilters, compileWorkerFilter } from '../filters/syscalls.ts';
import type { CheckName } from './command-line.ts';
import { createLogger } from './log.ts';
import { surveyCalls } from './survey.ts';

const CHECKS: readonly CheckName[] = [
  'can-enable-landlock',
  'can-enable-seccomp',
  'can-unshare-user-namespace-and-change-root',
  'can-do-secure-clone',
];

/** What a check that succeeded is reported as; no reason reads so. */
export const WORKS = 'ok';
const REASON_BYTES = 2048;
const TRIAL_MEMORY_BYTES = 256 * 1024 ** 2;

/**
 * All checks, each in a child of its own because it restricts its process for good, and what is lost of layers that
 * work all the same.
 *
 * @param directory what to change the root to
 * @returns by the name of the check's flag: `ok`, or why the feature cannot be used, in one line; by `lost-` and the
 * name of the part: why it is
 */
export function runAllChecks(directory: string): Record<string, string> {
  initialise();
  endSiblingThreads();
  let keepsCapabilities: string | undefined;
  try {
    ({ keepsCapabilities } = surveyCalls());
  } catch {
    // No worker will start here, and say why.
  }
  const results = Object.fromEntries(
    CHECKS.map((check) => [check, runInChild(check, () => runCheck(check, directory))]),
  );
  const parts = {
    capabilities: keepsCapabilities,
    'landlock-rules': results['can-enable-landlock'] === WORKS ? lost('landlock-rules', addRule) : undefined,
    'host-name': results['can-do-secure-clone'] === WORKS ? lost('host-name', changeHostName) : undefined,
  };
  return Object.fromEntries([
    ...Object.entries(results).map(([check, result]) => [`check-${check}`, result]),
    ...Object.entries(parts).flatMap(([part, reason]) =>
      reason === undefined ? [] : [[`lost-${part}`, oneLine(reason)]],
    ),
  ]);
}

function lost(part: string, run: () => void): string | undefined {
  const result = runInChild(part, () => reasonOf(run));
  return result === WORKS ? undefined : result;
}

function reasonOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What a worker's own rules need. */
function addRule(): void {
  setNoNewPrivileges();
  restrictSelf({ rules: [{ path: '/', access: ['read-file'] }] });
}

function changeHostName(): void {
  unshare('user', 'uts');
  setHostName('pvf');
}

/**
 * Where no rules can be added a worker does without them behind a root of its own (`restrict.ts`), and without that
 * there is no Landlock.
 */
function tryRules(directory: string): void {
  const reason = lost('landlock-rules', addRule);
  if (reason === undefined) return;
  const root = lost('root', () => changeRoot(directory));
  if (root !== undefined) throw new Error(reason);
}

function changeRoot(directory: string): void {
  const uid = process.getuid!();
  const gid = process.getgid!();
  unshare('user', 'mount');
  writeIdMap({ uid: { inside: uid, outside: uid }, gid: { inside: gid, outside: gid } });
  pivotRoot(directory, { readOnly: true, noSuid: true, noDev: true, noExec: true });
}

/** What a worker does with the control group that its host gives it, in namespaces where there are any. */
function useCgroup(directory: string): void {
  const cgroup = WorkerCgroup.enter(directory, createLogger('prepare', 'off'));
  try {
    unshare('user', 'cgroup');
  } catch {
    // Then neither do workers.
  }
  cgroup.divide();
  const slot = cgroup.make();
  slot.limitMemory(TRIAL_MEMORY_BYTES);
  const pid = forkChild({
    body: () => {
      slot.enter();
      return 0;
    },
  });
  const end = waitForChild(pid);
  if (end.exited !== 0) throw new Error(`a process cannot enter its control group (${JSON.stringify(end)})`);
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

function runInChild(check: string, run: () => string | undefined): string {
  const { readFd, writeFd } = pipe();
  try {
    const pid = forkChild({
      body: () => {
        const reason = run() ?? WORKS;
        writeAll(writeFd, Buffer.from(reason).subarray(0, REASON_BYTES));
        return 0;
      },
    });
    closeDescriptor(writeFd);
    const said = Buffer.alloc(REASON_BYTES);
    const reason = oneLine(said.toString('utf8', 0, readFully(readFd, said)));
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
        tryRules(directory ?? tmpdir());
        allowNothing();
        return undefined;
      case 'can-enable-seccomp':
        setNoNewPrivileges();
        compileJobFilters();
        installFilter(compileWorkerFilter());
        return undefined;
      case 'can-unshare-user-namespace-and-change-root':
        changeRoot(directory!);
        return undefined;
      case 'can-do-secure-clone': {
        const pid = forkChild({ namespaces: ALL_NAMESPACES, body: () => exitNow(0) });
        const end = waitForChild(pid);
        return end.exited === 0 ? undefined : `a process in new namespaces ended with ${JSON.stringify(end)}`;
      }
      case 'can-use-cgroup':
        useCgroup(directory!);
        return undefined;
      default:
        return check satisfies never;
    }
  } catch (error) {
    return `${check}: ${messageOf(error)}`;
  }
}
