import { release } from 'node:os';
import {
  closeDescriptor,
  compileFilter,
  errnoName,
  errnoNameOf,
  forkChild,
  initialise,
  installFilter,
  isActionAvailable,
  KNOWN_LANDLOCK_ABI,
  mount,
  type Namespace,
  pidfdOpen,
  pivotRoot,
  landlockAbi as queryAbi,
  setNoNewPrivileges,
  waitForChild,
  writeIdMap,
} from '@pvf/linux';
import { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_REC } from '@pvf/linux/constants';
import { forkAndWait } from '../policy/fork-accidents.ts';
import { tryNamespaces } from '../policy/trial.ts';
import { probeCgroup } from './cgroup.ts';
import { containerKind, kernelFile } from './container.ts';
import { landlockProblem, namespaceProblem, notifyProblem, REMEDIES, seccompRemedy } from './remedies.ts';
import type { ProbedLayer, ProbeLayerName, ProbeReport } from './types.ts';

/** Tries every layer, each in a child that ends at once. The process must be forkable. */
export function probeHere(): ProbeReport {
  initialise();
  const container = containerKind();
  return {
    kernel: release(),
    arch: process.arch,
    node: process.versions.node,
    uid: process.getuid?.() ?? 0,
    ...(container === undefined ? {} : { container }),
    layers: [
      probeLandlock(),
      probeSeccomp(),
      probeNotify(),
      outcome('no-new-privs', 'prctl', undefined, () => setNoNewPrivileges()),
      outcome('fork', `Node ${process.versions.node}`, REMEDIES.fork, () => {}),
      ...probeNamespaces(),
      probePivotRoot(),
      outcome('process-table', 'mount of proc', REMEDIES.processTable, mountProc, ['user', 'mount', 'pid']),
      probePidfd(),
      probeCgroup(),
      probeYama(),
      probeAppArmor(),
    ],
  };
}

const uid = process.getuid?.() ?? 0;
const gid = process.getgid?.() ?? 0;

/** Runs an attempt in a child; its exit status is the errno. */
function attempt(body: () => void, namespaces: readonly Namespace[] = []): string | undefined {
  let failure: string | undefined;
  try {
    const { exited, signaled } = forkAndWait({
      namespaces,
      body: () => {
        body();
        return 0;
      },
      onError: (error) => (error as { meta?: { errno?: number } }).meta?.errno ?? 255,
    });
    if (exited !== 0) failure = exited === undefined ? `signal ${signaled}` : errnoName(exited);
  } catch (error) {
    failure = errnoNameOf(error) ?? String(error);
  }
  return failure;
}

function outcome(
  layer: ProbeLayerName,
  detail: string,
  remedy: string | undefined,
  body: () => void,
  namespaces: readonly Namespace[] = [],
): ProbedLayer {
  const failure = attempt(body, namespaces);
  if (failure === undefined) return { layer, available: true, detail };
  return {
    layer,
    available: false,
    detail: 'refused',
    reason: `refused with ${failure}`,
    ...(remedy === undefined ? {} : { remedy }),
  };
}

function probeLandlock(): ProbedLayer {
  const layer = 'landlock';
  const abi = queryAbi();
  if (typeof abi === 'string') return { layer, available: false, detail: 'absent', ...landlockProblem(abi) };
  const has = [
    'files',
    ...(abi >= 4 ? ['TCP ports'] : []),
    ...(abi >= 5 ? ['device ioctl'] : []),
    ...(abi >= 6 ? ['signals and abstract sockets'] : []),
  ];
  const detail = `ABI ${abi}: ${has.join(', ')}`;
  if (abi >= 6) return { layer, available: true, detail };
  const lacks = [
    ...(abi < 2 ? ['moving files'] : []),
    ...(abi < 3 ? ['truncating'] : []),
    ...(abi < 4 ? ['TCP ports'] : []),
    'signals and abstract sockets',
  ];
  return {
    layer,
    available: true,
    detail,
    reason: `ABI ${abi} of ${KNOWN_LANDLOCK_ABI} cannot restrict ${lacks.join(', ')}`,
    remedy: 'Linux 6.12 or newer',
  };
}

function probeSeccomp(): ProbedLayer {
  const actions = (['kill-process', { errno: 'EPERM' }, 'trap', 'log', 'trace', 'notify'] as const).filter(
    (action) => isActionAvailable(action),
  );
  const names = actions.map((action) => (typeof action === 'string' ? action : 'errno'));
  return outcome('seccomp', `filters with ${names.join(', ')}`, seccompRemedy(), () => {
    setNoNewPrivileges();
    installFilter(compileFilter({ deny: ['acct'], onViolation: { errno: 'EPERM' } }));
  });
}

function probeNotify(): ProbedLayer {
  const available = isActionAvailable('notify');
  const layer = 'seccomp-notify';
  return available
    ? { layer, available, detail: 'refused calls get their names' }
    : { layer, available, detail: 'absent', ...notifyProblem() };
}

function probeNamespaces(): ProbedLayer[] {
  return tryNamespaces().map(({ namespace, possible, errnoName: refusal }): ProbedLayer => {
    const layer = `${namespace}-namespace` as const;
    if (possible)
      return {
        layer,
        available: true,
        detail: namespace === 'user' ? 'unprivileged' : 'in a user namespace',
      };
    return { layer, available: false, detail: 'refused', ...namespaceProblem(namespace, refusal ?? 'EPERM') };
  });
}

function mapIds(): void {
  writeIdMap({ uid: { inside: uid, outside: uid }, gid: { inside: gid, outside: gid } });
}

/** Nothing is made for it, so that nothing can be left: the new root is where this package lies. */
function probePivotRoot(): ProbedLayer {
  return outcome(
    'pivot-root',
    'in a mount namespace',
    REMEDIES.pivotRoot,
    () => {
      mapIds();
      pivotRoot(import.meta.dirname, { readOnly: true, noSuid: true, noDev: true, noExec: true });
    },
    ['user', 'mount'],
  );
}

function mountProc(): void {
  mapIds();
  mount('none', '/', { flags: MS_REC | MS_PRIVATE });
  mount('proc', '/proc', { type: 'proc', flags: MS_NOSUID | MS_NODEV | MS_NOEXEC });
}

function probePidfd(): ProbedLayer {
  const child = forkChild({ body: () => 0 });
  try {
    closeDescriptor(pidfdOpen(child));
    return { layer: 'pidfd', available: true, detail: 'children can be waited for in poll' };
  } catch (error) {
    return {
      layer: 'pidfd',
      available: false,
      detail: 'absent',
      reason: `refused with ${errnoNameOf(error)}`,
      remedy: REMEDIES.pidfd,
    };
  } finally {
    waitForChild(child);
  }
}

const YAMA_SCOPES = ['everyone of the same user', 'parents only', 'administrators only', 'nobody'];

/** Yama limits who may look into other processes; its absence takes nothing from a sandbox that refuses ptrace. */
function probeYama(): ProbedLayer {
  const scope = kernelFile('/proc/sys/kernel/yama/ptrace_scope');
  const layer = 'yama';
  if (scope === undefined)
    return {
      layer,
      available: false,
      detail: 'absent',
      reason: 'the kernel has no Yama; any process may trace others of its user',
      remedy: 'not needed: a sandbox refuses ptrace by seccomp',
    };
  return {
    layer,
    available: true,
    detail: `ptrace by ${YAMA_SCOPES[Number(scope)] ?? scope} (kernel.yama.ptrace_scope=${scope})`,
  };
}

/** Here `available` means: in nobody's way. */
function probeAppArmor(): ProbedLayer {
  const restricted = kernelFile('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1';
  const layer = 'apparmor-userns';
  if (!restricted) return { layer, available: true, detail: 'no restriction of user namespaces' };
  return { layer, available: false, detail: 'restricted', ...namespaceProblem('user', 'EACCES') };
}
