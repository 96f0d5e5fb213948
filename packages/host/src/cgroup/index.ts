/** Control groups (v2), where the host has been given one: the kernel enforces the limits of jobs and kills them whole. */

export { findCgroup } from './find.ts';
export { HostCgroup, type WorkerGroup } from './group.ts';
