/** Outcomes as the page keeps and shows them. */
import { shorten } from '../words/printable.ts';

/** `undefined` where nobody can tell. Milliseconds and bytes. */
export interface Amounts {
  readonly cpuTimeMs?: number | undefined;
  readonly wallTimeMs?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly povBytes?: number | undefined;
  readonly codeBytes?: number | undefined;
}

export interface LogLine {
  readonly level: string;
  readonly target: string;
  readonly message: string;
}

export interface Frame {
  readonly type: string;
  readonly index?: number;
  readonly name?: string | undefined;
}

/** What the PVF said and used. Texts are the guest's. */
export interface Detail {
  readonly panic?: string | undefined;
  readonly logs: readonly LogLine[];
  readonly logsLeftOut: number;
  readonly backtrace: readonly Frame[];
  readonly used: Amounts;
  readonly limits: Amounts;
}

export interface Answer {
  /** Of the event. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `precheck` or the kind of execution. */
  readonly request: string;
  readonly requestId: string;
  readonly outcome: string;
  readonly vote: string;
  /** Rule or cause. */
  readonly reason: string | undefined;
  /** The host's words, maybe with a guest's in them. */
  readonly message: string | undefined;
  readonly codeHash: string;
  readonly candidateHash: string | undefined;
  readonly totalMs: number;
  readonly queuedMs: number | undefined;
  readonly attempts: number | undefined;
  readonly detail: Detail;
}

/** Most that is kept of one text and of one outcome's lines: what guests say must not fill the page's memory. */
const KEPT_CHARACTERS = 8_000;
const KEPT_LINES = 40;
const KEPT_FRAMES = 64;
const KEPT_NAME = 300;

/** An outcome as the service tells it. */
export interface ToldAnswer {
  readonly kind: string;
  readonly vote: string;
  readonly requestId: string;
  /** Missing if the code was not hashed. */
  readonly codeHash?: string;
  readonly totalMs: number;
  readonly rule?: string;
  readonly cause?: string;
  readonly message?: string;
  readonly candidateHash?: string | undefined;
  readonly queuedMs?: number;
  readonly attempts?: number;
  readonly detail?: Partial<Detail>;
}

export function answerOf(id: string, at: number, request: string, told: ToldAnswer): Answer {
  const { detail = {} } = told;
  const logs = detail.logs ?? [];
  return {
    id,
    at,
    request,
    requestId: told.requestId,
    outcome: told.kind,
    vote: told.vote,
    reason: told.rule ?? told.cause,
    message: kept(told.message, KEPT_CHARACTERS),
    codeHash: told.codeHash ?? '',
    candidateHash: told.candidateHash,
    totalMs: told.totalMs,
    queuedMs: told.queuedMs,
    attempts: told.attempts,
    detail: {
      panic: kept(detail.panic, KEPT_CHARACTERS),
      // the last lines are nearest to the end
      logs: logs.slice(-KEPT_LINES).map(({ level, target, message }) => ({
        level,
        target: shorten(target, KEPT_NAME).shown,
        message: shorten(message, KEPT_NAME).shown,
      })),
      logsLeftOut: (detail.logsLeftOut ?? 0) + Math.max(0, logs.length - KEPT_LINES),
      backtrace: (detail.backtrace ?? [])
        .slice(0, KEPT_FRAMES)
        .map(({ name, ...frame }) => ({ ...frame, name: kept(name, KEPT_NAME) })),
      used: detail.used ?? {},
      limits: detail.limits ?? {},
    },
  };
}

function kept(text: string | undefined, most: number): string | undefined {
  return text === undefined ? undefined : shorten(text, most).shown;
}

/** `undefined` shows all. */
export interface Filter {
  readonly vote?: string | undefined;
  readonly outcome?: string | undefined;
  readonly request?: string | undefined;
}

export function filtered(answers: readonly Answer[], { vote, outcome, request }: Filter): readonly Answer[] {
  if (vote === undefined && outcome === undefined && request === undefined) return answers;
  return answers.filter(
    (answer) =>
      (vote === undefined || answer.vote === vote) &&
      (outcome === undefined || answer.outcome === outcome) &&
      (request === undefined || answer.request === request),
  );
}

/** A call of a backtrace, without the hash that Rust's compiler adds. */
export function frameText({ type, index, name }: Frame): string {
  if (type === 'host-function') return `${name ?? 'a function'} (of the host)`;
  return name?.replace(/::h[0-9a-f]{16}$/, '') ?? `<wasm function ${index ?? '?'}>`;
}
