/** Control groups (v2), where the host has been given one: the kernel enforces the limits of jobs and kills them whole. */

export type { HostCgroup, WorkerGroup } from './group.ts';
export { openCgroup } from './open.ts';
