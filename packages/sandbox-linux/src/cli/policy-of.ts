import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { ALL_NAMESPACES, invalidArgument, LANDLOCK_SCOPES } from '@pvf/linux';
import { isPreset, PRESET_NAMES, type PresetName, presetPolicy, presetPrograms } from '../policy/presets.ts';
import { DEFAULT_DENIED, isSelector } from '../policy/syscall-groups.ts';
import { TEMPORARY_DIRECTORIES } from '../policy/system-paths.ts';
import type { FileBind, FilePolicy, Policy, SyscallSelector } from '../policy/types.ts';
import { DEFAULT_VARIABLES } from '../spawn/environment.ts';
import { parseBytes, parseCount, parseDuration, parseNetwork, parseUser, parseVariables } from './options.ts';
import { type PolicyFile, readPolicyFile } from './policy-file.ts';
import { programPaths } from './program-paths.ts';

/** The options of `run`, as they stand on the command line. */
export interface RunOptions {
  readonly ro?: readonly string[];
  readonly rw?: readonly string[];
  readonly bind?: readonly string[];
  readonly 'bind-rw'?: readonly string[];
  readonly private?: readonly string[];
  readonly hide?: readonly string[];
  readonly visible?: boolean;
  readonly policy?: string;
  readonly preset?: string;
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

/**
 * The policy that the options of `run` stand for: the preset's, then the policy file's on top, then the options'. Lists
 * of paths and calls add up, anything else is replaced.
 * @throws SandboxError INVALID_ARGUMENT
 */
export function policyOf(options: RunOptions, program: string): Policy {
  const enforce = options['best-effort'] === true ? { enforce: 'best-effort' as const } : {};
  const file: PolicyFile = options.policy === undefined ? { policy: {} } : readPolicyFile(options.policy);
  const preset = presetOf(options.preset) ?? file.preset;
  const base: Policy = preset === undefined ? {} : presetPolicy(preset);
  const given = file.policy;
  const limits = { ...given.limits, ...limitsOf(options) };
  const root = options.root === undefined ? given.root : { directory: resolve(options.root) };
  const user = options.user === undefined ? given.user : parseUser(options.user);
  return {
    files: { ...filesOf(options, program, preset, base.files, given.files), ...enforce },
    network: { ...networkOf(options.net, given.network ?? base.network), ...enforce },
    scopes: given.scopes ?? { scopes: LANDLOCK_SCOPES, enforce: 'best-effort' },
    syscalls: {
      ...given.syscalls,
      ...enforce,
      deny: [...(given.syscalls?.deny ?? DEFAULT_DENIED), ...denied(options.deny ?? [])],
      onViolation: onViolation(options['on-violation']) ?? given.syscalls?.onViolation ?? 'refuse',
    },
    namespaces: given.namespaces ?? {
      // net is the network policy's
      namespaces: ALL_NAMESPACES.filter((name) => name !== 'net'),
      enforce: 'best-effort',
    },
    ...(root === undefined ? {} : { root }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    environment: environmentFor(options, base, given),
    ...(user === undefined ? {} : { user }),
  };
}

function filesOf(
  options: RunOptions,
  program: string,
  preset: PresetName | undefined,
  base: FilePolicy = {},
  file: FilePolicy = {},
): FilePolicy {
  const system = options['no-system'] === true ? false : (file.system ?? true);
  const all = (paths: readonly string[] | undefined): string[] => (paths ?? []).map((path) => resolve(path));
  const programs = [program, ...(preset === undefined ? [] : presetPrograms(preset))];
  return {
    ...base,
    ...file,
    system,
    temporary: file.temporary ?? true,
    read: [...(file.read ?? [])],
    execute: [
      ...(base.execute ?? []),
      ...(file.execute ?? []),
      ...all(options.ro),
      ...(system ? programs.flatMap((name) => programPaths(name, process.env.PATH)) : []),
    ],
    write: [...(base.write ?? []), ...(file.write ?? []), ...all(options.rw)],
    bind: [
      ...(file.bind ?? []),
      ...(options.bind ?? []).map((text) => bindOf('--bind', text, false)),
      ...(options['bind-rw'] ?? []).map((text) => bindOf('--bind-rw', text, true)),
    ],
    private: [...(base.private ?? []), ...(file.private ?? []), ...all(options.private)],
    hide: [...(base.hide ?? []), ...(file.hide ?? []), ...all(options.hide)],
    ...(options.visible === true ? { unlisted: 'visible' as const } : {}),
  };
}

/** `SOURCE:TARGET`. */
function bindOf(option: string, text: string, write: boolean): FileBind {
  const [source, target, ...rest] = text.split(':');
  if (!source || !target || rest.length > 0 || !target.startsWith('/'))
    invalidArgument(option, text, 'write SOURCE:TARGET, with an absolute target and no other colon');
  return { source: resolve(source), target, write };
}

function presetOf(name: string | undefined): PresetName | undefined {
  if (name === undefined || isPreset(name)) return name;
  return invalidArgument('--preset', name, `one of ${PRESET_NAMES.join(', ')}`);
}

function networkOf(text: string | undefined, given: Policy['network']): NonNullable<Policy['network']> {
  if (text === undefined) return given ?? { access: 'none' };
  const network = parseNetwork(text);
  return network === 'host' ? { access: 'host' } : network;
}

function environmentFor(options: RunOptions, base: Policy, file: Policy): NonNullable<Policy['environment']> {
  const { pass, set } = parseVariables(options.env ?? []);
  const own = { ...base.environment?.set, ...file.environment?.set, ...set };
  if (options['env-all'] === true || file.environment?.pass === 'all') return { pass: 'all', set: own };
  const writable = [...TEMPORARY_DIRECTORIES, ...(options.rw ?? []).map((path) => resolve(path))];
  const wanted = resolve(tmpdir());
  const TMPDIR = writable.some((path) => wanted === path || wanted.startsWith(`${path}/`)) ? wanted : '/tmp';
  return {
    pass: [...(file.environment?.pass ?? DEFAULT_VARIABLES), ...pass],
    set: { TMPDIR, ...own },
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

function onViolation(text: string | undefined): 'refuse' | 'kill' | undefined {
  if (text === undefined || text === 'refuse' || text === 'kill') return text;
  return invalidArgument('--on-violation', text, 'refuse or kill');
}
