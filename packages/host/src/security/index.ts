/** What isolation works on this machine, and whether that is enough. */

export { enforceSecurity, probeSecurity, toSecurityStatus } from './check.ts';
export { Trial } from './trial.ts';
