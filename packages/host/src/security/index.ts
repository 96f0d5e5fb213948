/** What isolation works on this machine, and whether that is enough. */

export { openCgroup } from './cgroup.ts';
export { enforceSecurity, probeSecurity, toSecurityStatus } from './probe.ts';
export { Trial } from './trial.ts';
