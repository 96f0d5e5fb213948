import type { ExecutionKind, ValidationOutcome } from '@pvf/host';
import { type ExecutorParam, execTimeoutMs } from '@pvf/protocol';
import { milliseconds, nanosecondsToMs, percent } from './units.ts';

/** What an outcome is explained with. */
export interface ExplainContext {
  readonly kind: ExecutionKind;
  readonly params: readonly ExecutorParam[];
  /** `--timeout`, milliseconds. */
  readonly timeout: number | undefined;
}

/** CPU milliseconds that the execution may take. */
export function cpuLimitMs({ kind, params, timeout }: ExplainContext): number {
  return timeout ?? execTimeoutMs(params, kind === 'dispute' || kind === 'approval' ? 'Approval' : 'Backing');
}

const MISMATCHES = {
  'validation-data-hash':
    'its parent head, relay parent, storage root or largest PoV are not those that the receipt was made of',
  'pov-hash': 'the PoV that was given is not the one that the receipt names',
  'code-hash': 'the PVF that was given is not the one that the receipt names',
  'scheduling-session': 'its scheduling parent lies in another session than the receipt claims',
  'relay-parent-session': 'its relay parent does not lie in the session that the receipt claims',
  'para-head': 'the PVF accepted the block, but the head that it made is not the one that the receipt claims',
  'commitments-hash':
    'the PVF accepted the block, but its messages, code upgrade or watermark are not those that the receipt claims',
  'ump-signals':
    'the PVF accepted the block, but what it signals to validators does not fit core and claim queue',
} as const;

/** One sentence that explains an outcome to whoever has to act on it. */
export function explain(outcome: ValidationOutcome, context: ExplainContext): string {
  const limit = cpuLimitMs(context);
  const of = `the ${milliseconds(limit)} of CPU that ${article(context.kind)} may take`;
  const used = outcome.cpuTimeNs === undefined ? undefined : nanosecondsToMs(outcome.cpuTimeNs);
  const spent = used === undefined ? '' : `, after ${milliseconds(used)} of CPU`;
  switch (outcome.kind) {
    case 'valid': {
      const share = percent({ used: nanosecondsToMs(outcome.cpuTimeNs), limit });
      const headroom = `${share} of the CPU limit (${milliseconds(nanosecondsToMs(outcome.cpuTimeNs))} of ${milliseconds(limit)})`;
      return outcome.vote === 'for'
        ? `The block is valid and is what its receipt claims, with ${headroom}.`
        : `The PVF accepts the block as valid, with ${headroom}; nothing was compared with a receipt.`;
    }
    case 'invalid':
      switch (outcome.rule) {
        case 'refused-by-pvf':
          return `The PVF ran and refused the block${spent}; the reason below is its own.`;
        case 'pov-decompression':
          return 'The PoV claims to be compressed and does not decompress within the limit, so that nothing was executed.';
        case 'cpu-timeout':
          return `The block needs more than ${of}, so that its job was stopped.`;
        case 'wall-timeout':
          return `The job gave no answer within four times ${of}, so that it was stopped.`;
        case 'pov-size':
          return 'The PoV is larger than the validation data allow, so that nothing was executed.';
        default:
          return `The candidate is not what its receipt claims: ${MISMATCHES[outcome.rule]}.`;
      }
    case 'possibly-invalid':
      return `The PVF gave no usable answer in ${outcome.attempts === 1 ? 'one attempt' : `${outcome.attempts} attempts`}${spent}, so that validators hold it against the block.`;
    case 'preparation-failed':
      return 'Nothing was executed, because the PVF cannot be prepared on any machine: it should have failed its precheck.';
    case 'internal':
      return 'Nothing is known about the block, because this machine failed: no vote may be cast on it.';
    case 'chain-unavailable':
      return 'The block was not judged, because the relay chain could not be asked what the receipt is compared with.';
    case 'deadline-passed':
      return 'The deadline passed before there was an answer, so that nothing is known about the block.';
    case 'cancelled':
      return 'The validation was interrupted, so that nothing is known about the block.';
    default:
      return outcome satisfies never;
  }
}

function article(kind: ExecutionKind): string {
  return kind === 'approval' ? 'an approval' : kind === 'dispute' ? 'a dispute' : 'backing';
}
