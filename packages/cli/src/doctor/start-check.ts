import {
  HostError,
  type HostErrorCode,
  type HostErrorMeta,
  type HostOptions,
  type HostStatus,
  PvfHost,
  type SecurityReport,
} from '@pvf/host';

/** What came of a host's start in secure mode: its own checks and its trial job, and nothing of the doctor's. */
export type StartCheck =
  | { readonly fit: true; readonly status: HostStatus; readonly security: SecurityReport }
  | {
      readonly fit: false;
      readonly error: HostError;
      /** Of a host without secure mode, if at least that starts. */
      readonly status: HostStatus | undefined;
      /** Undefined if the start ended before the layers were looked at. */
      readonly security: SecurityReport | undefined;
    };

/** What a machine can be the cause of; every other error is about the command line. */
const OF_THE_MACHINE: readonly HostErrorCode[] = [
  'NOT_SECURE',
  'LIMITS_TOO_LOW',
  'TRIAL_FAILED',
  'CURRENT_DIR',
  'CACHE_DIR',
  'WORKER_NOT_EXECUTABLE',
];

/** @throws HostError that is no word about this machine */
export async function startCheck(options: HostOptions): Promise<StartCheck> {
  try {
    const status = await started({ ...options, secureMode: true });
    return { fit: true, status, security: status.security };
  } catch (error) {
    if (!(error instanceof HostError) || !OF_THE_MACHINE.includes(error.code)) throw error;
    if (error.code !== 'NOT_SECURE') return { fit: false, error, status: undefined, security: undefined };
    const { security } = error.meta as HostErrorMeta['NOT_SECURE'];
    const status = await started({ ...options, secureMode: false }).catch(() => undefined);
    return { fit: false, error, status, security };
  }
}

async function started(options: HostOptions): Promise<HostStatus> {
  const host = await PvfHost.start(options);
  try {
    return host.status();
  } finally {
    await host.close();
  }
}
