import type { PrecheckOutcome, ValidationOutcome } from '@pvf/host';
import Type, { type Static } from 'typebox';
import type { Place } from '../names.ts';
import { badRecord, checker, packMessage, unpackMessage } from './message.ts';
import {
  outcomeRecord,
  PrecheckRecord,
  readPrecheckOutcome,
  readValidation,
  ValidationRecord,
} from './outcome.ts';
import { Attached, Attempt, Count, exact, Hash, Machine, Name, optional, sha256, Text } from './parts.ts';

const ResultHead = exact({
  format: Type.Literal(1),
  run: Name,
  index: Count,
  replica: Count,
  job: Hash,
  agent: Name,
  machine: Machine,
  answer: Type.Union([
    exact({ task: Type.Literal('validate'), outcome: ValidationRecord }),
    exact({ task: Type.Literal('precheck'), outcome: PrecheckRecord }),
    exact({ task: Type.Literal('none'), reason: Text }),
  ]),
  output: optional(Attached),
  attempts: Type.Array(Attempt, { maxItems: 64 }),
});
/** A result as it lies in the stream. */
export type ResultHead = Static<typeof ResultHead>;

/** What an agent found. `none`: a dead letter, or what came was no result. */
export type Answer =
  | { readonly task: 'validate'; readonly outcome: ValidationOutcome }
  | { readonly task: 'precheck'; readonly outcome: PrecheckOutcome }
  | { readonly task: 'none'; readonly reason: string };

/** One answer of one agent to one candidate. */
export interface Result extends Place {
  /** Names what was asked; undefined of what came from the cluster and is no result. */
  readonly job: string | undefined;
  readonly agent: string;
  readonly machine: Machine;
  readonly answer: Answer;
  /** More than one if the job had to be given again. */
  readonly attempts: readonly Attempt[];
}

const check = checker('a result', ResultHead);

/** @param inlineLimit bytes; what the PVF returned goes along up to that size, else it is an object of its own */
export function packResult(
  { agent, machine, answer, attempts, run, index, replica, job }: Result,
  inlineLimit: number,
): { message: Uint8Array; object: Uint8Array | undefined } {
  const output =
    answer.task === 'validate' && answer.outcome.kind === 'valid' ? answer.outcome.resultBytes : undefined;
  const inline = output !== undefined && output.length <= inlineLimit;
  const head = {
    format: 1,
    run,
    index,
    replica,
    job,
    agent,
    machine,
    answer: answer.task === 'none' ? answer : { task: answer.task, outcome: outcomeRecord(answer.outcome) },
    ...(output !== undefined && { output: { bytes: output.length, sha256: sha256(output), inline } }),
    attempts: attempts.slice(-64),
  };
  return {
    message: packMessage(head, inline ? output : undefined),
    object: inline ? undefined : output,
  };
}

/**
 * @param at where it was found: a result that names another place is refused
 * @param fetch what is an object of its own
 * @throws ClusterError BAD_RECORD
 */
export async function parseResult(
  message: Uint8Array,
  at: Place,
  fetch: () => Promise<Uint8Array | undefined>,
): Promise<Result> {
  const { head: value, bytes } = unpackMessage('a result', message);
  const { answer, output, ...head } = check(value);
  if (head.run !== at.run || head.index !== at.index || head.replica !== at.replica)
    throw badRecord('a result', 'it is of another job');
  const { job, agent, machine, attempts } = head;
  const common = { ...at, job, agent, machine, attempts };
  if (answer.task === 'none') return { ...common, answer };
  if (answer.task === 'precheck')
    return { ...common, answer: { task: 'precheck', outcome: readPrecheckOutcome(answer.outcome) } };
  const given = output === undefined ? new Uint8Array() : output.inline ? bytes : await fetch();
  if (output !== undefined && (given?.length !== output.bytes || sha256(given) !== output.sha256))
    throw badRecord('a result', 'what the PVF returned has another hash');
  // A copy: the message's memory is larger, and goes with it.
  const own = new Uint8Array(given ?? []);
  return { ...common, answer: { task: 'validate', outcome: readValidation(answer.outcome, own) } };
}
