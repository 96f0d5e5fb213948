/**
 * What outcomes, votes, rules and causes are called on the page. A word that this page does not know (of a newer service)
 * is shown as it is.
 */

export type Tone = 'good' | 'bad' | 'doubt' | 'fault' | 'gone' | 'plain' | 'blocked';

interface Word {
  readonly label: string;
  readonly tone: Tone;
  /** Its colour in charts, where two words of one tone must be told apart: a custom property's name without `--`. */
  readonly series: string;
}

const OUTCOMES: Readonly<Record<string, Word>> = {
  valid: { label: 'Valid', tone: 'good', series: 'series-valid' },
  ok: { label: 'Precheck passed', tone: 'good', series: 'series-ok' },
  invalid: { label: 'Invalid', tone: 'bad', series: 'series-invalid' },
  failed: { label: 'Precheck failed', tone: 'bad', series: 'series-failed' },
  'possibly-invalid': { label: 'Possibly invalid', tone: 'doubt', series: 'series-possibly-invalid' },
  'preparation-failed': {
    label: 'PVF cannot be prepared',
    tone: 'blocked',
    series: 'series-preparation-failed',
  },
  internal: { label: 'Fault of this machine', tone: 'fault', series: 'series-internal' },
  'chain-unavailable': { label: 'Chain did not answer', tone: 'fault', series: 'series-chain-unavailable' },
  'deadline-passed': { label: 'Deadline passed', tone: 'gone', series: 'series-deadline-passed' },
  cancelled: { label: 'Cancelled', tone: 'gone', series: 'series-cancelled' },
};

const VOTES: Readonly<Record<string, Word>> = {
  for: { label: 'Vote for', tone: 'good', series: 'series-for' },
  against: { label: 'Vote against', tone: 'bad', series: 'series-against' },
  abstain: { label: 'Abstain', tone: 'fault', series: 'series-abstain' },
  none: { label: 'No vote needed', tone: 'gone', series: 'series-none' },
  unchecked: { label: 'No receipt, no vote', tone: 'plain', series: 'series-unchecked' },
};

const KINDS: Readonly<Record<string, string>> = {
  dispute: 'Dispute',
  approval: 'Approval',
  'backing-system': 'Backing, system chain',
  backing: 'Backing',
  precheck: 'Precheck',
  'heads-up': 'Ahead of time',
};

const REASONS: Readonly<Record<string, string>> = {
  'refused-by-pvf': 'The PVF ran and refused the block.',
  'pov-decompression':
    'The PoV claims to be compressed and does not decompress within its limit; nothing was executed.',
  'cpu-timeout': 'The block needs more CPU time than it may take, so its job was stopped.',
  'wall-timeout': 'The job gave no answer within four times its time limit, so it was stopped.',
  'pov-size': 'The PoV is larger than the validation data allow; nothing was executed.',
  'validation-data-hash': 'The validation data are not those that the receipt was made of.',
  'pov-hash': 'The PoV is not the one that the receipt names.',
  'code-hash': 'The PVF is not the one that the receipt names.',
  'scheduling-session': 'The scheduling parent lies in another session than the receipt claims.',
  'relay-parent-session': 'The relay parent does not lie in the session that the receipt claims.',
  'para-head': 'The PVF accepted the block but made another head than the receipt claims.',
  'commitments-hash':
    'The PVF accepted the block, but its commitments are not those that the receipt claims.',
  'ump-signals': 'The block’s signals to validators do not fit its receipt and the claim queue.',
  'claim-queue': 'The relay chain could not be asked for its claim queue.',
  'worker-died': 'The worker that executed the block died, in each attempt.',
  'job-died': 'The job that executed the block died, in each attempt.',
  'job-error': 'The job that executed the block gave no usable answer, in each attempt.',
  'runtime-construction': 'The PVF could not be instantiated.',
  'corrupted-artifact': 'The prepared PVF was damaged, also after it was prepared again.',
  'host-communication': 'A worker could not be given its request.',
  'worker-not-started': 'No worker could be started on this machine.',
  'workers-replaced': 'The worker programs were replaced while the host ran. Restart the host.',
  'could-not-create-link': 'The artifact could not be linked into the worker’s directory.',
  'could-not-open-file': 'A file of the worker could not be opened.',
  'could-not-create-pipe': 'A pipe to the job could not be made.',
  'could-not-clear-worker-dir': 'The worker’s directory could not be cleared.',
  kernel: 'The kernel refused something that a job needs.',
  'non-deterministic-preparation':
    'The PVF could not be prepared here, for a reason that may be gone next time.',
  'host-fault': 'The host itself failed. Please report it, with its log.',
  'caller-deadline': 'The caller’s deadline passed first.',
  'inactive-fork': 'Its scheduling parent is no longer in an active fork.',
  caller: 'The caller took the request back.',
  'host-closed': 'The host was closed.',
};

/** In the order in which outcomes are stacked in the chart and listed in its legend. */
export const OUTCOME_NAMES: readonly string[] = Object.keys(OUTCOMES);
export const VOTE_NAMES: readonly string[] = Object.keys(VOTES);

export function outcomeWord(kind: string): Word {
  return lookUp(OUTCOMES, kind) ?? { label: kind, tone: 'plain', series: 'series-other' };
}

export function voteWord(vote: string): Word {
  return lookUp(VOTES, vote) ?? { label: vote, tone: 'plain', series: 'series-other' };
}

export function kindWord(kind: string): string {
  return lookUp(KINDS, kind) ?? kind;
}

/** A sentence on a rule or cause; undefined for one that this page does not know. */
export function reasonSentence(reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : lookUp(REASONS, reason);
}

function lookUp<T>(words: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}
