import { randomInt } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import {
  allIds,
  closeDescriptor,
  effectiveCapabilities,
  forkChild,
  leaveGroups,
  type Namespace,
  pipe,
  readFully,
  setDumpable,
  setGroupIds,
  setParentDeathSignal,
  setUserIds,
  unshare,
  waitForChild,
  writeAll,
  writeIdMap,
} from '@pvf/linux';
import { SIGKILL } from '@pvf/linux/constants';

import { forkAsFirstVictim } from './oom-score.ts';

/** Ids of workers and of their jobs, inside the worker's user namespace. */
const WORKER_ID = 65_534;
const JOB_ID = 65_533;
/**
 * Ids that are in nobody's way: above those that systemd gives to containers, below the signed ones
 * (systemd's docs/UIDS-GIDS.md). Drawn at random, so that no two workers' jobs are the same user.
 */
const FIRST_UNUSED_ID = 1_879_048_192;
const UNUSED_IDS = 268_435_455;
const CAP_SETGID = 6;
const CAP_SETUID = 7;
const CAP_SETFCAP = 31;

/** The user that jobs of a worker run as which is root itself: root's files, processes and exemptions are not theirs. */
export interface JobUser {
  /** Uid and gid, as the worker's user namespace names them. */
  readonly id: number;
  /** What the worker is. */
  readonly workerUid: number;
  readonly workerGid: number;
  /** The worker has a user namespace of its own, in which it may become anyone. */
  readonly inNamespace: boolean;
}

/**
 * A user for the jobs of a worker that is root, as long as it stays in its user namespace.
 *
 * @returns `undefined`: it is not root, or may not become anyone else; then jobs are the same user as the worker
 */
export function jobUser(): JobUser | undefined {
  if (process.getuid!() !== 0 || !hasCapabilities(CAP_SETUID, CAP_SETGID)) return undefined;
  const id = FIRST_UNUSED_ID + randomInt(UNUSED_IDS);
  if (!isMapped('uid_map', id) || !isMapped('gid_map', id)) return undefined;
  leaveGroups();
  return { id, workerUid: 0, workerGid: process.getgid!(), inNamespace: false };
}

/**
 * Moves the worker into new namespaces, a user namespace among them. Where it is root, its jobs' user exists there too:
 * only a process that stays outside can see to that.
 *
 * @throws SandboxError; the worker may be half in then and must end
 */
export function enterNamespaces(
  namespaces: readonly Namespace[],
  user: JobUser | undefined,
  procFd: number | undefined,
): JobUser | undefined {
  const uid = process.getuid!();
  const gid = process.getgid!();
  if (user === undefined || procFd === undefined || !hasCapabilities(CAP_SETFCAP)) {
    unshare('user', ...namespaces);
    writeIdMap({
      uid: { inside: WORKER_ID, outside: uid },
      gid: { inside: WORKER_ID, outside: gid },
      ...(procFd === undefined ? {} : { procFd }),
    });
    return undefined;
  }
  const pid = Number(readlinkSync('/proc/self'));
  const { readFd, writeFd } = pipe();
  const helper = forkChild({
    body: () => {
      closeDescriptor(writeFd);
      setParentDeathSignal(SIGKILL);
      if (readFully(readFd, new Uint8Array(1)) !== 1) return 1;
      const job = { inside: JOB_ID, outside: user.id };
      writeIdMap({
        pid,
        procFd,
        uid: [{ inside: WORKER_ID, outside: uid }, job],
        gid: [{ inside: WORKER_ID, outside: gid }, job],
      });
      return 0;
    },
  });
  closeDescriptor(readFd);
  try {
    unshare('user', ...namespaces);
    writeAll(writeFd, new Uint8Array(1));
  } finally {
    closeDescriptor(writeFd);
  }
  const { exited } = waitForChild(helper);
  if (exited !== 0) throw new Error('the ids of the worker’s user namespace could not be mapped');
  return { id: JOB_ID, workerUid: WORKER_ID, workerGid: WORKER_ID, inNamespace: true };
}

/**
 * Forks with the worker being the jobs' user meanwhile: in a user namespace of its own a job can take on no id any more.
 * The child is the first to go when the machine's memory runs out.
 *
 * @param fork returns in the worker only
 */
export function forkAs(user: JobUser | undefined, fork: () => number): number {
  return forkAsFirstVictim(() => forkAsUser(user, fork));
}

function forkAsUser(user: JobUser | undefined, fork: () => number): number {
  if (user === undefined) return fork();
  const { id, workerUid, workerGid, inNamespace } = user;
  // Without a namespace of its own, a worker could not come back if it did not stay root in part.
  setGroupIds({ real: id, effective: id, saved: inNamespace ? id : workerGid });
  setUserIds({ real: id, effective: id, saved: inNamespace ? id : workerUid });
  try {
    return fork();
  } finally {
    setUserIds(allIds(workerUid));
    setGroupIds(allIds(workerGid));
    // What changing ids has switched off: without it /proc would hide this process from itself.
    setDumpable(true);
  }
}

/**
 * First thing in a process that was made with {@link forkAs}: nothing of the worker's ids is left.
 *
 * @param namespaces that it was made in. In a user namespace of its own no id can be taken on, the worker's neither
 */
export function stayJobUser(user: JobUser | undefined, namespaces: readonly Namespace[]): void {
  if (user === undefined || user.inNamespace || namespaces.includes('user')) return;
  setGroupIds(allIds(user.id));
  setUserIds(allIds(user.id));
}

function hasCapabilities(...numbers: readonly number[]): boolean {
  const effective = effectiveCapabilities();
  return numbers.every((number) => (effective & (1n << BigInt(number))) !== 0n);
}

/** Whether this user namespace (a container's, for example) has such an id. */
function isMapped(file: 'uid_map' | 'gid_map', id: number): boolean {
  return readFileSync(`/proc/self/${file}`, 'latin1')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(([inside = 0, , length = 0]) => id >= inside && id < inside + length);
}
