import { createHash } from 'node:crypto';
import type { BareOutcome, PrecheckOutcome, PvfCode } from '@pvf/host';
import { codeHash, ValidationResult } from '@pvf/protocol';
import type { Executor } from '../../src/index.ts';

/** How a made-up machine does its jobs. */
export interface Manner {
  /** Milliseconds of waiting for a job. */
  readonly waitMs?: (blockData: Uint8Array) => number;
  /** CPU time that it says, milliseconds. */
  readonly cpuMs?: number | ((blockData: Uint8Array) => number);
  /** Changes the head data that it answers. */
  readonly bend?: (head: Uint8Array, blockData: Uint8Array) => Uint8Array;
  /** A fault of its machine, for jobs that it names. */
  readonly fault?: (blockData: Uint8Array) => string | undefined;
  readonly onRun?: (blockData: Uint8Array) => void;
}

/** More than each outcome has. */
const SIZES = { cpuTimeMs: 1, wallTimeMs: 1, memoryBytes: 1, povBytes: 1, codeBytes: 1, residentBytes: 1 };

/** An executor whose answer is a hash of its input, after a wait: for what is about the cluster and not about PVFs. */
export function waitingExecutor(manner: Manner = {}): Executor & { readonly ran: number } {
  let ran = 0;
  return {
    get ran() {
      return ran;
    },
    async importCode(code) {
      return { hash: Buffer.from(codeHash(code)).toString('hex'), length: code.length } as PvfCode;
    },
    forgetFailures: () => 0,
    async precheck() {
      await wait(manner.waitMs?.(new Uint8Array()) ?? 0, undefined);
      return {
        kind: 'failed',
        vote: 'against',
        deterministic: true,
        error: { type: 'Prevalidation', value: 'made up' },
        message: 'made up',
        requestId: 'r',
        codeHash: '',
        totalMs: 1,
        detail: { used: { ...SIZES }, limits: { ...SIZES } },
      } as PrecheckOutcome;
    },
    async validate(request) {
      const { blockData } = request.pov;
      ran += 1;
      manner.onRun?.(blockData);
      const cut = await wait(manner.waitMs?.(blockData) ?? 0, request.signal);
      const common = {
        requestId: 'r',
        codeHash: '',
        totalMs: 1,
        candidateHash: undefined,
        attempts: 1,
        queuedMs: 0,
        wallTimeMs: 1,
        cpuTimeNs: BigInt(Math.round(cpuMsOf(manner, blockData) * 1e6)),
        artifact: undefined,
        detail: { panic: undefined, logs: [], logsLeftOut: 0, backtrace: [], used: SIZES, limits: SIZES },
      };
      if (cut) return { ...common, kind: 'cancelled', vote: 'none', cause: 'caller' } as BareOutcome;
      const fault = manner.fault?.(blockData);
      if (fault !== undefined)
        return {
          ...common,
          kind: 'internal',
          vote: 'abstain',
          cause: 'kernel',
          message: fault,
        } as BareOutcome;
      const head = new Uint8Array(createHash('sha256').update(blockData).digest());
      const result = {
        headData: manner.bend?.(head, blockData) ?? head,
        newValidationCode: undefined,
        upwardMessages: [],
        horizontalMessages: [],
        processedDownwardMessages: 0,
        hrmpWatermark: 0,
      };
      const resultBytes = ValidationResult.encode(result);
      return {
        ...common,
        kind: 'valid',
        vote: 'unchecked',
        result,
        resultBytes,
        povSize: blockData.length,
      } as BareOutcome;
    },
  };
}

function cpuMsOf({ cpuMs = 1 }: Manner, blockData: Uint8Array): number {
  return typeof cpuMs === 'number' ? cpuMs : cpuMs(blockData);
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(true);
  if (ms <= 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(false), ms);
    const onAbort = () => end(true);
    const end = (cut: boolean) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(cut);
    };
    signal?.addEventListener('abort', onAbort);
  });
}
