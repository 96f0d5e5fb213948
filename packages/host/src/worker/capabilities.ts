import type { ProgramResult } from './run-program.ts';

/** The check flags of worker programs, without the dashes: what each layer of isolation is called there. */
export const CHECKS = {
  landlock: 'check-can-enable-landlock',
  seccomp: 'check-can-enable-seccomp',
  changeRoot: 'check-can-unshare-user-namespace-and-change-root',
  secureClone: 'check-can-do-secure-clone',
} as const;

export type Layer = keyof typeof CHECKS;

/** Begins the names of lines about what is lost. */
const LOST = 'lost-';

/** What a worker program says about itself when it is asked everything at once. */
export interface Capabilities {
  version: string;
  fullVersion: string;
  /** V8's version, architecture and V8's own hash of version, flags and CPU features. */
  engine: string;
  /** The version of the Node that it runs on. */
  node?: string | undefined;
  /** Why it does not start on that Node without being told to; undefined where it was tested. */
  untestedNode?: string | undefined;
  /** Why it does not start on that Node at all. */
  unusableNode?: string | undefined;
  /** Its artifacts end with a record of what they were made from (`artifactRecord` of the protocol). */
  recordsArtifacts?: true | undefined;
  /** It takes part in the host's trial: workers that follow the protocol in tests alone do not. */
  takesTrial?: true | undefined;
  /** It may be given a control group of its own (`--cgroup`). */
  takesCgroup?: true | undefined;
  /** `ok`, or which limits of resources are too low for workers. */
  limits?: string | undefined;
  /** Parts of working layers that are lost here, and why. */
  lost?: Readonly<Record<string, string>> | undefined;
  /** Files that the program consists of besides the one that is started. */
  files: readonly string[];
  /** Execute workers: keeps PVFs loaded, and may be told how much memory for. */
  hasTemplates?: true | undefined;
  /** Execute workers: tell more of an execution than its answer, if they are asked to (`ExecutionDetail`). */
  tellsDetail?: true | undefined;
  /**
   * Execute workers: may be given an artifact's file once, if they are asked to, and ask for it when they have it no more.
   * So many of those that they were given last they have.
   */
  remembersArtifacts?: number | undefined;
  /** Execute workers: offer memory that the host may put requests into, if they are asked to. */
  sharesMemory?: true | undefined;
  /** Names of speed-ups that it does without if it is told to. */
  speedUps?: readonly string[] | undefined;
  /** By layer: `ok` or why it does not work. Undefined where it was not asked. */
  checks: Partial<Record<Layer, string>>;
}

/**
 * Reads the `name=value` lines of `--capabilities`. Undefined for programs that do not know the flag, such as the
 * reference's, and for those that leave out what is needed to do without the single flags.
 */
export function parseCapabilities({ status, stdout }: ProgramResult): Capabilities | undefined {
  if (status !== 0) return undefined;
  const lines = new Map(
    stdout.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf('=');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
    }),
  );
  const version = lines.get('version') ?? '';
  const fullVersion = lines.get('full-version') ?? '';
  const engine = lines.get('engine') ?? '';
  if (version === '' || fullVersion === '' || engine === '') return undefined;
  const checks = Object.fromEntries(
    Object.entries(CHECKS).flatMap(([layer, flag]) => {
      const said = lines.get(flag);
      return said === undefined ? [] : [[layer, said]];
    }),
  );
  const lost = [...lines].flatMap(([name, reason]): [string, string][] =>
    name.startsWith(LOST) ? [[name.slice(LOST.length), reason]] : [],
  );
  return {
    version,
    fullVersion,
    engine,
    node: lines.get('node'),
    untestedNode: lines.get('untested-node'),
    unusableNode: lines.get('unusable-node'),
    limits: lines.get('limits'),
    lost: lost.length === 0 ? undefined : Object.fromEntries(lost),
    takesTrial: lines.get('trial') === '1' || undefined,
    takesCgroup: lines.get('cgroup') === '1' || undefined,
    recordsArtifacts: lines.get('artifact-record') === '1' || undefined,
    hasTemplates: lines.get('templates') === 'memory' || undefined,
    tellsDetail: lines.get('execution-detail') === '1' || undefined,
    remembersArtifacts: parseCount(lines.get('asks-for-artifacts')),
    sharesMemory: lines.get('shared-memory') === '1' || undefined,
    speedUps: lines.get('speed-ups')?.split(','),
    files: parseFiles(lines.get('files')),
    checks,
  };
}

function parseCount(text = ''): number | undefined {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

function parseFiles(json: string | undefined): string[] {
  try {
    const files: unknown = JSON.parse(json ?? '[]');
    return Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [];
  } catch {
    return [];
  }
}
