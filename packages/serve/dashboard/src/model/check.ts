/** What the page tells of a check while it runs, and which limits go with it. */
import { duration, percent } from '../words/units.ts';

export type StepState = 'done' | 'now' | 'later' | 'failed';

export interface Step {
  readonly name: string;
  readonly state: StepState;
  readonly note: string;
}

/** A step of a request, as the service tells it. */
export interface Progress {
  readonly type: string;
  readonly shared?: boolean;
  readonly fromCache?: boolean;
  readonly attempt?: number;
  readonly cause?: string;
  readonly afterMs?: number;
}

export type CheckPhase =
  | { readonly phase: 'uploading'; readonly sent: number; readonly total: number }
  | { readonly phase: 'asking'; readonly progress: readonly Progress[]; readonly since: number }
  | { readonly phase: 'done'; readonly progress: readonly Progress[] }
  | { readonly phase: 'failed'; readonly at: 'upload' | 'request'; readonly progress: readonly Progress[] };

/** A check that ends without an answer, at the step that it had come to. */
export function failedAt(check: CheckPhase): CheckPhase {
  if (check.phase === 'uploading') return { phase: 'failed', at: 'upload', progress: [] };
  return { phase: 'failed', at: 'request', progress: check.progress };
}

/**
 * The steps of a precheck (`execute` false) or of a validation.
 * @param now milliseconds since the epoch
 */
export function stepsOf(check: CheckPhase, execute: boolean, now: number): Step[] {
  const progress = check.phase === 'uploading' ? [] : check.progress;
  const last = progress.at(-1);
  const seen = (type: string): Progress | undefined => progress.findLast((each) => each.type === type);
  const over = check.phase === 'done';
  const elapsed =
    check.phase === 'asking'
      ? ` (${duration(Math.max(0, Math.floor((now - check.since) / 1_000) * 1_000))})`
      : '';

  const upload: Step =
    check.phase === 'uploading'
      ? { name: 'Upload', state: 'now', note: percent(check.total === 0 ? 1 : check.sent / check.total) }
      : {
          name: 'Upload',
          state: check.phase === 'failed' && check.at === 'upload' ? 'failed' : 'done',
          note: '',
        };
  const failed = check.phase === 'failed' && check.at === 'request';

  const ready = seen('artifact-ready');
  const prepare: Step = {
    name: 'Prepare the PVF',
    state: prepareState(),
    note:
      ready !== undefined
        ? ready.fromCache
          ? 'was prepared already'
          : 'compiled ahead of time'
        : check.phase !== 'asking'
          ? ''
          : `${preparing(last)}${elapsed}`,
  };
  if (!execute) return [upload, prepare];

  function prepareState(): StepState {
    if (failed && (!execute || ready === undefined)) return 'failed';
    if (ready !== undefined || (over && !execute)) return 'done';
    // An outcome without an artifact: the PVF cannot be prepared, or nobody needed it.
    if (over) return seen('preparing') === undefined ? 'later' : 'failed';
    return check.phase === 'asking' ? 'now' : 'later';
  }

  const executing = seen('executing');
  const running: Step = {
    name: 'Execute the block',
    state: executeState(),
    note:
      over || ready === undefined || check.phase !== 'asking'
        ? attempts(executing)
        : `${executingNote(last)}${elapsed}`,
  };
  return [upload, prepare, running];

  function executeState(): StepState {
    if (over) return executing === undefined ? 'later' : 'done';
    if (ready === undefined) return 'later';
    return failed ? 'failed' : 'now';
  }
}

function preparing(last: Progress | undefined): string {
  switch (last?.type) {
    case 'waiting':
      return 'waits: the host has many requests';
    case 'preparation-queued':
      return last.shared ? 'another request prepares it already' : 'waits for a worker';
    case 'preparing':
      return 'a worker compiles it ahead of time';
    default:
      return 'looks for it in the cache';
  }
}

function executingNote(last: Progress | undefined): string {
  switch (last?.type) {
    case 'executing':
      return last.attempt !== undefined && last.attempt > 1 ? `runs, attempt ${last.attempt}` : 'runs';
    case 'retrying':
      return `is tried again in ${duration(last.afterMs ?? 0)}`;
    default:
      return 'waits for a worker';
  }
}

function attempts(executing: Progress | undefined): string {
  return executing?.attempt !== undefined && executing.attempt > 1 ? `${executing.attempt} attempts` : '';
}

export const DEFAULT_BOMB_LIMIT = 30 * 1_024 * 1_024;

/** A relay chain's bomb limit is its largest code times this (`MAX_VALIDATION_CODE_COMPRESSION_RATIO`). */
export const BOMB_LIMIT_PER_CODE_SIZE = 10;

export type ChainName = 'none' | 'polkadot' | 'own';

/** Polkadot's of 2025, as `pvf precheck --chain polkadot` has them. */
export const POLKADOT_PARAMS: readonly unknown[] = [
  { MaxMemoryPages: 8_192 },
  { PvfExecTimeout: ['Backing', 2_500] },
  { PvfExecTimeout: ['Approval', 15_000] },
];

export interface Parameters {
  readonly executorParams: readonly unknown[] | string;
  readonly validationCodeBombLimit: number;
}

/** @throws Error in plain words where the person's input is none */
export function parametersOf(chain: ChainName, own: string, bombLimitMiB: string): Parameters {
  const mebibytes = Number(bombLimitMiB);
  if (!(mebibytes > 0) || mebibytes * 2 ** 20 > 0xffff_ffff) {
    throw new Error('The limit for decompressed code must be a number of MiB above 0 and below 4096.');
  }
  const validationCodeBombLimit = Math.floor(mebibytes * 2 ** 20);
  if (chain === 'none') return { executorParams: [], validationCodeBombLimit };
  if (chain === 'polkadot') return { executorParams: POLKADOT_PARAMS, validationCodeBombLimit };
  const text = own.trim();
  if (/^0x[0-9a-f]*$/i.test(text)) return { executorParams: text, validationCodeBombLimit };
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return { executorParams: value, validationCodeBombLimit };
  } catch {
    // said below
  }
  throw new Error(
    'The executor params must be a JSON array, such as [{"MaxMemoryPages": 8192}], or their SCALE bytes as 0x….',
  );
}

/** From this share of a limit on, the next release may be above it. */
const NEAR_LIMIT = 0.8;

/** Warnings of code that has little room left below what chains take, as `pvf precheck` tells them. */
export function nearLimits(codeBytes: number, decompressed: number | undefined, bombLimit: number): string[] {
  const shares: [string, number | undefined, number][] = [
    ['code', codeBytes, Math.floor(bombLimit / BOMB_LIMIT_PER_CODE_SIZE)],
    ['decompressed code', decompressed, bombLimit],
  ];
  return shares.flatMap(([what, used, limit]) => {
    if (used === undefined || used < NEAR_LIMIT * limit) return [];
    return [
      `its ${what} is ${used > limit ? 'above' : 'near'} its limit: ${percent(used / limit)} of it is used`,
    ];
  });
}

export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
  readonly class?: string;
}

/** Imports by their class, those that work first. */
export function importGroups(imports: readonly ModuleImport[]): [group: string, names: string[]][] {
  const groups = new Map<string, string[]>();
  for (const { module, name, kind, class: group = 'imports' } of imports) {
    const shown = `${module === 'env' ? '' : `${module}.`}${name}${kind === 'function' ? '' : ` (${kind})`}`;
    groups.set(group, [...(groups.get(group) ?? []), shown]);
  }
  return [...groups].sort(([a], [b]) => Number(a.includes('(')) - Number(b.includes('(')));
}
