/** What native code in a job can try against the system, by what it is after. */
import type { Attempt, Group } from '../attempt.ts';
import { FILES } from './files.ts';
import { KERNEL, NETWORK } from './kernel.ts';
import { LASTING } from './lasting.ts';
import { PROCESSES } from './processes.ts';
import { MACHINE_CODE, UNDOING } from './self.ts';

export const GROUPS: readonly Group[] = [FILES, PROCESSES, NETWORK, KERNEL, UNDOING, MACHINE_CODE, LASTING];
export const ATTEMPTS: readonly Attempt[] = GROUPS.flatMap(({ attempts }) => attempts);
