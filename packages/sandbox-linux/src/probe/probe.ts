import { spawnSync } from 'node:child_process';
import { SandboxError } from '@pvf/linux';
import { PROBE_COMMAND } from '../launcher/protocol.ts';
import { launcherCommand } from '../spawn/launcher-command.ts';
import type { ProbeReport } from './types.ts';

const TIMEOUT_MS = 30_000;

/**
 * Finds out which layers this machine, container and user have, by trying each in a process of its own.
 * @throws SandboxError UNSUPPORTED_PLATFORM off Linux, LAYER_UNAVAILABLE if not even the probe can run
 */
export function probe(): ProbeReport {
  if (process.platform !== 'linux') {
    throw new SandboxError(
      'UNSUPPORTED_PLATFORM',
      { platform: process.platform },
      'there is nothing to probe but Linux',
    );
  }
  const { node, args } = launcherCommand();
  const kubernetes = process.env.KUBERNETES_SERVICE_HOST;
  const run = spawnSync(node, [...args, PROBE_COMMAND], {
    env: kubernetes === undefined ? {} : { KUBERNETES_SERVICE_HOST: kubernetes },
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  try {
    return JSON.parse(run.stdout) as ProbeReport;
  } catch (cause) {
    const reason = run.error?.message ?? (run.stderr.trim() || `it ended with ${run.signal ?? run.status}`);
    throw new SandboxError(
      'LAYER_UNAVAILABLE',
      { layer: 'probe', reason },
      `the probe did not work: ${reason}`,
      { cause },
    );
  }
}
