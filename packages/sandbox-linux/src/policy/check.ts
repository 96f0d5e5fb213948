import { resolve } from 'node:path';
import { invalidArgument } from '@pvf/linux';
import { isSelector } from './syscall-groups.ts';
import type { LimitPolicy, Policy } from './types.ts';

const MAX_PORT = 65_535;

function wholeNumber(name: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    invalidArgument(
      name,
      value,
      `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`,
    );
  }
}

function listOf(name: string, value: unknown, fits: (entry: unknown) => boolean, what: string): void {
  if (value === undefined) return;
  const odd = Array.isArray(value) ? value.find((entry) => !fits(entry)) : value;
  if (!Array.isArray(value) || odd !== undefined || value.includes(undefined))
    invalidArgument(name, odd, `a list of ${what}`);
}

const isPath = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && !value.includes('\0');
const isBind = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'source' in value &&
  'target' in value &&
  isPath(value.source) &&
  isPath(value.target);
const isCall = (value: unknown): boolean =>
  typeof value === 'string' ? isSelector(value) : typeof value === 'object' && value !== null;

/** Refuses values that mean nothing, before anything is done. @throws SandboxError INVALID_ARGUMENT */
export function checkPolicy(policy: Policy): void {
  for (const kind of ['read', 'write', 'execute', 'hide', 'private'] as const)
    listOf(`files.${kind}`, policy.files?.[kind], isPath, 'paths');
  listOf('files.bind', policy.files?.bind, isBind, '{ source, target, write? }');
  for (const kind of ['allow', 'deny'] as const)
    listOf(`syscalls.${kind}`, policy.syscalls?.[kind], isCall, 'system calls, groups and rules');
  for (const kind of ['connectTcp', 'bindTcp'] as const)
    listOf(`network.${kind}`, policy.network?.[kind], Number.isSafeInteger, 'port numbers');
  for (const [name, value] of Object.entries(policy.limits ?? {}) as [keyof LimitPolicy, unknown][]) {
    if (name !== 'enforce')
      wholeNumber(
        `limits.${name}`,
        value,
        name === 'coreBytes' || name === 'fileBytes' || name === 'processes' ? 0 : 1,
      );
  }
  for (const port of [...(policy.network?.connectTcp ?? []), ...(policy.network?.bindTcp ?? [])])
    wholeNumber('network port', port, 0, MAX_PORT);
  if (policy.user !== undefined) {
    wholeNumber('user.uid', policy.user.uid, 0);
    wholeNumber('user.gid', policy.user.gid, 0);
  }
}

/** The same policy with every path absolute: it may be applied where the working directory is another. */
export function withAbsolutePaths(policy: Policy): Policy {
  const { files, root } = policy;
  const all = (paths: readonly string[] | undefined): string[] => (paths ?? []).map((path) => resolve(path));
  return {
    ...policy,
    ...(files === undefined
      ? {}
      : {
          files: {
            ...files,
            read: all(files.read),
            write: all(files.write),
            execute: all(files.execute),
            hide: all(files.hide),
            private: all(files.private),
            bind: (files.bind ?? []).map(({ source, target, ...rest }) => ({
              ...rest,
              source: resolve(source),
              target: resolve(target),
            })),
            rules: (files.rules ?? []).map((rule) => ({ ...rule, path: resolve(rule.path) })),
          },
        }),
    ...(root === undefined ? {} : { root: { ...root, directory: resolve(root.directory) } }),
  };
}
