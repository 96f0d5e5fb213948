import { endSiblingThreads, exitNow, initialise, writeAll } from '@pvf/sandbox-linux';
import pino from 'pino';
import { WorkerCgroup } from '../../src/across/cgroup.ts';
import { type RestrictedWorker, restrictWorker } from '../../src/index.ts';

/**
 * For a runner: makes this process an execute worker in secure mode, restricted as on a machine that has every layer, or
 * every one but namespaces. What goes wrong is printed and ends it.
 * @param cgroup a control group (v2) of its own
 */
export function becomeIsolatedWorker(
  directory: string,
  namespaces = true,
  cgroup?: string,
): RestrictedWorker {
  // Nobody returns to the event loop that would print it.
  process.on('uncaughtException', (error) => {
    writeAll(2, Buffer.from(`${error.stack}\n`));
    exitNow(1);
  });
  const log = pino({ level: 'silent' });
  const group = cgroup === undefined ? undefined : WorkerCgroup.enter(cgroup, log);
  initialise();
  endSiblingThreads();
  return restrictWorker(
    'execute',
    directory,
    {
      secureValidatorMode: true,
      canEnableLandlock: true,
      canEnableSeccomp: true,
      canUnshareUserNamespaceAndChangeRoot: namespaces,
      canDoSecureClone: namespaces,
    },
    log,
    group,
  );
}
