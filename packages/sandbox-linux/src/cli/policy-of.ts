import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { ALL_NAMESPACES, invalidArgument, LANDLOCK_SCOPES } from '@pvf/linux';
import { DEFAULT_DENIED, isSelector } from '../policy/syscall-groups.ts';
import type { Policy, SyscallSelector } from '../policy/types.ts';
import { DEFAULT_VARIABLES } from '../spawn/environment.ts';
import { parseBytes, parseCount, parseDuration, parseNetwork, parseUser, parseVariables } from './options.ts';
import { programPaths } from './program-paths.ts';

/** The options of `run`, as they stand on the command line. */
export interface RunOptions {
  readonly ro?: readonly string[];
  readonly rw?: readonly string[];
  readonly net?: string;
  readonly mem?: string;
  readonly cpu?: string;
  readonly wall?: string;
  readonly pids?: string;
  readonly files?: string;
  readonly 'file-size'?: string;
  readonly env?: readonly string[];
  readonly 'env-all'?: boolean;
  readonly user?: string;
  readonly root?: string;
  readonly deny?: readonly string[];
  readonly 'on-violation'?: string;
  readonly 'no-system'?: boolean;
  readonly 'best-effort'?: boolean;
}

/** The policy that the options of `run` stand for. @throws SandboxError INVALID_ARGUMENT */
export function policyOf(options: RunOptions, program: string): Policy {
  const enforce = options['best-effort'] === true ? ('best-effort' as const) : ('required' as const);
  const network = parseNetwork(options.net ?? 'none');
  const variables = parseVariables(options.env ?? []);
  const system = options['no-system'] !== true;
  const limits = limitsOf(options);
  return {
    files: {
      enforce,
      system,
      execute: [
        ...(options.ro ?? []).map((path) => resolve(path)),
        ...(system ? programPaths(program, process.env.PATH) : []),
      ],
      write: (options.rw ?? []).map((path) => resolve(path)),
    },
    ...(network === 'host' ? {} : { network: { enforce, ...network } }),
    scopes: { scopes: LANDLOCK_SCOPES, enforce: 'best-effort' },
    syscalls: {
      enforce,
      deny: [...DEFAULT_DENIED, ...denied(options.deny ?? [])],
      onViolation: onViolation(options['on-violation']),
    },
    namespaces: {
      // net is the network policy's
      namespaces: ALL_NAMESPACES.filter((name) => name !== 'net'),
      enforce: 'best-effort',
    },
    ...(options.root === undefined ? {} : { root: { directory: resolve(options.root) } }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    environment:
      options['env-all'] === true
        ? { pass: 'all', set: variables.set }
        : { pass: [...DEFAULT_VARIABLES, ...variables.pass], set: { TMPDIR: tmpdir(), ...variables.set } },
    ...(options.user === undefined ? {} : { user: parseUser(options.user) }),
  };
}

function limitsOf(options: RunOptions): NonNullable<Policy['limits']> {
  return {
    ...(options.cpu === undefined ? {} : { cpuMs: parseDuration('--cpu', options.cpu) }),
    ...(options.wall === undefined ? {} : { wallMs: parseDuration('--wall', options.wall) }),
    ...(options.mem === undefined ? {} : { memoryBytes: parseBytes('--mem', options.mem) }),
    ...(options.pids === undefined ? {} : { processes: parseCount('--pids', options.pids) }),
    ...(options.files === undefined ? {} : { openFiles: parseCount('--files', options.files) }),
    ...(options['file-size'] === undefined
      ? {}
      : { fileBytes: parseBytes('--file-size', options['file-size']) }),
  };
}

function denied(names: readonly string[]): SyscallSelector[] {
  return names
    .flatMap((list) => list.split(','))
    .map((name) =>
      isSelector(name) ? name : invalidArgument('--deny', name, 'no such system call or group'),
    );
}

function onViolation(text: string | undefined): 'refuse' | 'kill' {
  if (text === undefined || text === 'refuse') return 'refuse';
  return text === 'kill' ? 'kill' : invalidArgument('--on-violation', text, 'refuse or kill');
}
