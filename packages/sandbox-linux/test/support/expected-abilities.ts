import type { ProbeLayerName } from '../../src/index.ts';

/**
 * What a machine must have for these tests: they do not skip, they fail. One that is known to lack something declares it
 * in SANDBOX_LINUX_LACKS (names of the probe's layers, or of programs that daily-programs.test.ts runs, separated by commas); then
 * it has to be found lacking.
 */
export const NEEDED: readonly ProbeLayerName[] = [
  'landlock',
  'seccomp',
  'seccomp-notify',
  'no-new-privs',
  'fork',
  'user-namespace',
  'mount-namespace',
  'pid-namespace',
  'net-namespace',
  'ipc-namespace',
  'uts-namespace',
  'cgroup-namespace',
  'pivot-root',
  'process-table',
  'pidfd',
];

/** The rights that the tests use: signals and abstract sockets came with it (Linux 6.12). */
export const NEEDED_LANDLOCK_ABI = 6;

export const LACKS: readonly string[] = (process.env.SANDBOX_LINUX_LACKS ?? '')
  .split(',')
  .filter((name) => name !== '');
