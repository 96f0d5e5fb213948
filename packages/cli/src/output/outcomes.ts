import type {
  ArtifactInfo,
  ExecutionDetail,
  InvalidRule,
  PrecheckOutcome,
  PrepareError,
  ValidationOutcome,
  Vote,
} from '@pvf/host';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { toHex } from '../input/hex.ts';
import { guestLines, preparationUse, useLine } from './detail.ts';
import { tellsOfFullDisk } from './failure.ts';
import { prepareRemedy } from './remedies.ts';
import { bytes, mebibytes, milliseconds, nanosecondsToMs } from './units.ts';

/** Longest head data shown in full. Bytes. */
const HEAD_SHOWN_BYTES = 80;

const RULES: Record<InvalidRule, string> = {
  'refused-by-pvf': 'the PVF refused it',
  'pov-decompression': 'its PoV does not decompress',
  'cpu-timeout': 'its job used up its CPU time',
  'wall-timeout': 'its job did not answer in time',
  'pov-size': 'its PoV is larger than its validation data allow',
  'validation-data-hash': 'its validation data are not those of its receipt',
  'pov-hash': 'its PoV is not that of its receipt',
  'code-hash': 'the PVF is not that of its receipt',
  'scheduling-session': 'its scheduling parent is in another session than its receipt says',
  'relay-parent-session': 'its relay parent is not in the session that its receipt says',
  'para-head': 'its PVF returned another head than its receipt says',
  'commitments-hash': 'its PVF returned other commitments than its receipt says',
  'ump-signals': 'its signals to validators do not fit its receipt and the claim queue',
};

/** The kind of answer, said with every candidate that has one. */
const ANSWERS = {
  for: 'vote for: it is what its receipt claims',
  against: 'vote against',
  unchecked: 'no vote: it was compared with no receipt',
} as const;

/** First line: the verdict. Further lines: details. */
export function precheckLines(outcome: PrecheckOutcome): [verdict: string, ...details: string[]] {
  switch (outcome.kind) {
    case 'ok':
      return [
        'accepted',
        `code hash 0x${outcome.codeHash}`,
        ...artifactLines(outcome.artifact),
        ...preparationUse(outcome.detail),
      ];
    case 'failed': {
      if (isFullDisk(outcome.error))
        return ['not decided, a disk is full', oneLine(outcome.message), prepareRemedy(outcome.error)];
      const verdict = outcome.deterministic ? 'rejected' : 'rejected (another try may differ)';
      const use = preparationUse(outcome.detail);
      return [`${verdict}: ${oneLine(outcome.message)}`, prepareRemedy(outcome.error), ...use];
    }
    case 'internal':
      return [`not decided, a fault of this machine (${outcome.cause}): ${oneLine(outcome.message)}`];
    case 'deadline-passed':
      return ['not decided: the deadline passed'];
    case 'cancelled':
      return ['cancelled'];
    default:
      return unreachable(outcome);
  }
}

/** The network's rule has a precheck fail for whatever reason; a full disk is not told like a verdict all the same. */
export function precheckExit(outcome: PrecheckOutcome): ExitCode {
  const full =
    outcome.kind === 'failed'
      ? isFullDisk(outcome.error)
      : outcome.kind === 'internal' && tellsOfFullDisk(outcome.message);
  return full ? EXIT.defect : exitForVote(outcome.vote);
}

/** Only of errors in which the worker itself or the host speaks. */
function isFullDisk(error: PrepareError): boolean {
  switch (error.type) {
    case 'IoErr':
    case 'CreateTmpFile':
    case 'RenameTmpFile':
    case 'ClearWorkerDir':
    case 'Kernel':
      return tellsOfFullDisk('value' in error ? error.value : error.err);
    default:
      return false;
  }
}

export function validationLines(outcome: ValidationOutcome): [verdict: string, ...details: string[]] {
  const times = `CPU ${cpu(outcome)}, wall ${milliseconds(outcome.wallTimeMs)}`;
  switch (outcome.kind) {
    case 'valid': {
      const { result } = outcome;
      const up = result.upwardMessages.length;
      const across = result.horizontalMessages.length;
      return [
        outcome.vote === 'for' ? 'valid' : 'accepted by its PVF',
        ANSWERS[outcome.vote],
        `head data ${shortHex(result.headData)}`,
        `messages: ${up} upward, ${across} horizontal, ${result.processedDownwardMessages} downward processed`,
        `HRMP watermark ${result.hrmpWatermark}, ${newCode(result.newValidationCode)}`,
        `${times}, PoV ${bytes(outcome.povSize)}`,
        useLine(outcome.detail),
      ];
    }
    case 'invalid':
      return [
        `${outcome.vote === 'against' ? 'invalid' : 'not accepted'}, ${RULES[outcome.rule]}`,
        ANSWERS[outcome.vote],
        oneLine(outcome.message),
        times,
        ...whyLines(outcome.detail),
      ];
    case 'possibly-invalid':
      return [
        `${outcome.vote === 'against' ? 'invalid' : 'not accepted'} after all doubts (${outcome.cause})`,
        ANSWERS[outcome.vote],
        oneLine(outcome.message),
        `${times}, ${outcome.attempts === 1 ? '1 attempt' : `${outcome.attempts} attempts`}`,
        ...whyLines(outcome.detail),
      ];
    case 'internal':
      return [`not decided, a fault of this machine (${outcome.cause})`, oneLine(outcome.message)];
    case 'chain-unavailable':
      return [`not decided, the chain did not say enough (${outcome.cause})`, oneLine(outcome.message)];
    case 'preparation-failed':
      return [
        'not decided, the PVF cannot be prepared',
        oneLine(outcome.message),
        prepareRemedy(outcome.error),
      ];
    case 'deadline-passed':
      return ['not decided: the deadline passed'];
    case 'cancelled':
      return ['cancelled'];
    default:
      return unreachable(outcome);
  }
}

/** Of an execution that has an answer against its candidate. */
function whyLines(detail: ExecutionDetail): string[] {
  const use = useLine(detail);
  return [...guestLines(detail).map((line) => line.trimEnd()), ...(use === '' ? [] : [use])];
}

export function validationExit(outcome: ValidationOutcome): ExitCode {
  if (outcome.kind === 'preparation-failed') return EXIT.preparationFailed;
  if (outcome.kind === 'internal' && tellsOfFullDisk(outcome.message)) return EXIT.defect;
  if (outcome.vote === 'unchecked') return outcome.kind === 'valid' ? EXIT.ok : EXIT.against;
  return exitForVote(outcome.vote);
}

function exitForVote(vote: Exclude<Vote, 'unchecked'>): ExitCode {
  switch (vote) {
    case 'for':
      return EXIT.ok;
    case 'against':
      return EXIT.against;
    case 'abstain':
    case 'none':
      return EXIT.abstain;
    default:
      return unreachable(vote);
  }
}

/** How an artifact came to be and what it cost. */
export function artifactLines(artifact: ArtifactInfo): string[] {
  const size = mebibytes(artifact.size);
  if (artifact.fromCache || artifact.stats === undefined)
    return [`artifact from the cache, ${size}: nothing was compiled`];
  const { stats } = artifact;
  const memory = stats.maxRssBytes === undefined ? '' : `, peak memory ${mebibytes(stats.maxRssBytes)}`;
  return [
    `code ${bytes(stats.codeLength)} decompressed`,
    `prepared in ${milliseconds(nanosecondsToMs(stats.cpuTimeNs))} CPU, ${milliseconds(stats.wallTimeMs)} wall${memory}`,
    `artifact ${size}`,
  ];
}

function cpu(outcome: ValidationOutcome): string {
  return outcome.cpuTimeNs === undefined ? 'unknown' : milliseconds(nanosecondsToMs(outcome.cpuTimeNs));
}

function newCode(code: Uint8Array | undefined): string {
  return code === undefined ? 'no new code' : `new code of ${bytes(code.length)}`;
}

function shortHex(data: Uint8Array): string {
  if (data.length <= HEAD_SHOWN_BYTES) return toHex(data);
  return `${toHex(data.subarray(0, HEAD_SHOWN_BYTES / 2))}… (${bytes(data.length)})`;
}

/** Messages of guests may hold anything: line breaks and control characters must not reach a terminal. */
export function oneLine(text: string): string {
  const printable = text.replace(/[^\P{C}\n]/gu, '�').replace(/\s*\n\s*/g, ' | ');
  return printable.length <= 300 ? printable : `${printable.slice(0, 300)}…`;
}

function unreachable(value: never): never {
  throw new TypeError(`unknown outcome ${JSON.stringify(value)}`);
}
