import { existsSync } from 'node:fs';
import { type FsAccess, READ_ACCESS, SandboxError, WRITE_ACCESS } from '@pvf/linux';
import {
  OWN_PROCESS_PATHS,
  PROCESS_TABLE,
  SYSTEM_DEVICES,
  SYSTEM_EXECUTE_PATHS,
  SYSTEM_READ_PATHS,
} from './system-paths.ts';
import type { FilePolicy } from './types.ts';

/** A rule that is resolved when it is applied: an absent path is an error or left out. */
export interface PathRule {
  readonly path: string;
  readonly access: readonly FsAccess[];
  readonly optional: boolean;
}

const EXECUTE_ACCESS: readonly FsAccess[] = [...READ_ACCESS, 'execute'];
const READ_WRITE_ACCESS: readonly FsAccess[] = [...READ_ACCESS, ...WRITE_ACCESS, 'ioctl-dev'];
const DEVICE_ACCESS: readonly FsAccess[] = ['read-file', 'write-file', 'truncate', 'ioctl-dev'];

/** The Landlock rules of a file policy. */
export function fileRules(policy: FilePolicy): PathRule[] {
  const optional = policy.ifMissing === 'skip';
  const own = (paths: readonly string[] | undefined, access: readonly FsAccess[]): PathRule[] =>
    (paths ?? []).map((path) => ({ path, access, optional }));
  const system = (paths: readonly string[], access: readonly FsAccess[]): PathRule[] =>
    policy.system === true ? paths.map((path) => ({ path, access, optional: true })) : [];
  return [
    ...own(policy.read, READ_ACCESS),
    ...own(policy.write, READ_WRITE_ACCESS),
    ...own(policy.execute, EXECUTE_ACCESS),
    ...(policy.bind ?? []).map(({ target, write }) => ({
      path: target,
      access: write === true ? READ_WRITE_ACCESS : EXECUTE_ACCESS,
      optional: false,
    })),
    ...(policy.rules ?? []).map(({ path, access }) => ({ path, access, optional })),
    ...system(SYSTEM_EXECUTE_PATHS, EXECUTE_ACCESS),
    ...system(SYSTEM_READ_PATHS, READ_ACCESS),
    ...system(SYSTEM_DEVICES, DEVICE_ACCESS),
  ];
}

/** Whatever is in a directory of the sandbox's own, it has written itself. */
export const privateRules = (paths: readonly string[]): PathRule[] =>
  paths.map((path) => ({ path, access: [...READ_WRITE_ACCESS, 'execute'], optional: true }));

/**
 * Of /proc: all of it where it shows the sandbox's processes only, otherwise what is about the process itself (its
 * children do not get theirs) and the machine.
 */
export function processTableRules(ownTable = false): PathRule[] {
  const paths = ownTable ? [PROCESS_TABLE] : OWN_PROCESS_PATHS;
  return paths.map((path) => ({ path, access: READ_ACCESS, optional: true }));
}

/** @throws SandboxError INVALID_ARGUMENT naming a path of the policy that does not exist */
export function existingRules(rules: readonly PathRule[]): PathRule[] {
  return rules.filter(({ path, optional }) => {
    if (existsSync(path)) return true;
    if (optional) return false;
    throw new SandboxError(
      'INVALID_ARGUMENT',
      { argument: 'files', value: path },
      `${path} does not exist, so no access to it can be given; create it, leave it out, or set ifMissing to skip`,
    );
  });
}
