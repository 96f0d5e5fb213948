import type { SecurityStatus } from '@pvf/protocol';
import type { Logger } from 'pino';
import { HostError } from '../errors.ts';
import type { SecurityFeature, SecurityReport } from '../types.ts';
import { CHECKS, type Layer, type ProbedProgram, runProgram } from '../worker/index.ts';

/** A probe makes a process or two; if it takes longer than this, it hangs. */
const CHECK_TIMEOUT_MS = 20_000;

/**
 * Probes each layer of isolation by letting the prepare worker's program try it in a process of its own, unless the
 * program has told already.
 * @param root a directory to change the root to
 */
export async function probeSecurity(
  { path, checks }: Pick<ProbedProgram, 'path' | 'checks'>,
  root: string,
  secureMode: boolean,
): Promise<Omit<SecurityReport, 'cgroup'>> {
  const feature = async (layer: Layer): Promise<SecurityFeature> => {
    const said = checks[layer];
    if (said !== undefined) return said === 'ok' ? { available: true } : { available: false, reason: said };
    return await check(path, layer === 'changeRoot' ? [`--${CHECKS[layer]}`, root] : [`--${CHECKS[layer]}`]);
  };
  const [landlock, seccomp, changeRoot, secureClone] = await Promise.all([
    feature('landlock'),
    feature('seccomp'),
    feature('changeRoot'),
    feature('secureClone'),
  ]);
  return { secureMode, landlock, seccomp, changeRoot, secureClone };
}

/**
 * Refuses to go on in secure mode when seccomp is missing, or both landlock and changing the root; warns about every
 * other missing layer. Without secure mode that alone is an error in the log, whatever the machine has.
 * @throws HostError NOT_SECURE
 */
export function enforceSecurity(report: SecurityReport, logger: Logger): void {
  const { secureMode, cgroup: _, ...layers } = report;
  const missing = Object.entries(layers).flatMap(([layer, state]) =>
    state.available ? [] : [{ layer, reason: state.reason }],
  );
  if (!secureMode) {
    logger.error(
      { secureMode, missing: missing.map(({ layer }) => layer) },
      'SECURE MODE IS OFF: this host runs untrusted code whatever layers of isolation this machine lacks; not for validators',
    );
  }
  const noFileWall = !report.landlock.available && !report.changeRoot.available;
  if (secureMode && (!report.seccomp.available || noFileWall)) {
    throw new HostError(
      'NOT_SECURE',
      { missing: missing.map(({ layer }) => layer), security: report },
      `secure mode needs seccomp, and landlock or changing the root; on this machine ${missing
        .map(({ layer, reason }) => `${layer} does not work (${reason})`)
        .join(
          ', ',
        )}. Allow it (Linux 5.13 or newer; in a container: unprivileged user namespaces and a seccomp ` +
        'profile that permits them), or start with secureMode: false, which isolates candidates less',
    );
  }
  for (const { layer, reason } of missing) {
    logger.warn(
      { layer, reason, secureMode },
      'a layer of isolation does not work here; candidates are isolated less',
    );
  }
}

/** The report as workers are told. */
export function toSecurityStatus(report: SecurityReport): SecurityStatus {
  return {
    secureValidatorMode: report.secureMode,
    canEnableLandlock: report.landlock.available,
    canEnableSeccomp: report.seccomp.available,
    canUnshareUserNamespaceAndChangeRoot: report.changeRoot.available,
    canDoSecureClone: report.secureClone.available,
  };
}

async function check(program: string, args: string[]): Promise<SecurityFeature> {
  const { status, stderr } = await runProgram(program, args, CHECK_TIMEOUT_MS);
  if (status === 0) return { available: true };
  return { available: false, reason: stderr.trim() || `the check ended with exit status ${status}` };
}
