import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ask, getJson, type RequestEvent, ServiceError } from '../api/service.ts';
import type { Inspection, Problem } from '../api/types.ts';
import { uploadCode } from '../api/upload.ts';
import { type Answer, answerOf, type ToldAnswer } from '../model/answers.ts';
import { type CheckPhase, failedAt, type Parameters, type Progress } from '../model/check.ts';

/** How a check stands: of a runtime, or of a block. */
export interface Check {
  readonly phase: CheckPhase;
  readonly file: File;
  readonly parameters: Parameters;
  readonly answer: Answer | undefined;
  /** Why there is no answer. */
  readonly problem: string | undefined;
}

export interface Runtime {
  readonly check: Check | undefined;
  /** Of the uploaded code. */
  readonly codeHash: string | undefined;
  /** A text if the module could not be inspected. */
  readonly inspection: Inspection | string | undefined;
}

type Patch = Partial<Pick<Check, 'phase' | 'answer' | 'problem'>>;

/** Changes a check that has not been replaced meanwhile. */
type Change = (change: (check: Check) => Patch) => void;

/** Uploads and prechecks one runtime at a time; a new one takes the old one back. */
export function useRuntimeCheck(): {
  runtime: Runtime;
  start: (file: File, parameters: Parameters) => void;
  stop: () => void;
} {
  const [runtime, setRuntime] = useState<Runtime>({
    check: undefined,
    codeHash: undefined,
    inspection: undefined,
  });
  const { begin, stop } = useTurns();
  const start = useCallback(
    (file: File, parameters: Parameters) => {
      const signal = begin();
      const change: Change = (more) => {
        if (signal.aborted) return;
        setRuntime((old) =>
          old.check === undefined ? old : { ...old, check: { ...old.check, ...more(old.check) } },
        );
      };
      const phase: CheckPhase = { phase: 'uploading', sent: 0, total: file.size };
      setRuntime({
        check: { phase, file, parameters, answer: undefined, problem: undefined },
        codeHash: undefined,
        inspection: undefined,
      });
      const run = async (): Promise<void> => {
        const { codeHash } = await uploadCode(
          file,
          (sent) => change(() => ({ phase: { phase: 'uploading', sent, total: file.size } })),
          signal,
        );
        if (signal.aborted) return;
        setRuntime((old) => ({ ...old, codeHash }));
        const inspected = inspect(codeHash, parameters, signal).then((inspection) => {
          if (!signal.aborted) setRuntime((old) => ({ ...old, inspection }));
        });
        const body = JSON.stringify({ codeHash, ...parameters });
        await follow(ask('/v1/prechecks', body, signal), 'precheck', change);
        await inspected;
      };
      run().catch((error: unknown) => fail(error, signal, change));
    },
    [begin],
  );
  const cancel = useCallback(() => {
    stop();
    setRuntime((old) => ({ ...old, check: cancelled(old.check) }));
  }, [stop]);
  return { runtime, start, stop: cancel };
}

export interface BlockRequest {
  readonly codeHash: string;
  readonly kind: string;
  readonly parameters: Parameters;
}

/** Validates one block at a time. */
export function useBlockCheck(): {
  block: Check | undefined;
  start: (file: File, request: BlockRequest) => void;
  stop: () => void;
} {
  const [block, setBlock] = useState<Check>();
  const { begin, stop } = useTurns();
  const start = useCallback(
    (file: File, { codeHash, kind, parameters }: BlockRequest) => {
      const signal = begin();
      const change: Change = (more) => {
        if (!signal.aborted) setBlock((old) => (old === undefined ? old : { ...old, ...more(old) }));
      };
      const phase: CheckPhase = { phase: 'asking', progress: [], since: Date.now() };
      setBlock({ phase, file, parameters, answer: undefined, problem: undefined });
      const form = new FormData();
      const request = JSON.stringify({ codeHash, kind, ...parameters });
      form.append('request', new Blob([request], { type: 'application/json' }));
      form.append('exportedPov', file);
      follow(ask('/v1/validations', form, signal), kind, change).catch((error: unknown) =>
        fail(error, signal, change),
      );
    },
    [begin],
  );
  const cancel = useCallback(() => {
    stop();
    setBlock(cancelled);
  }, [stop]);
  return { block, start, stop: cancel };
}

/** One request at a time, taken back when another begins or the page goes. */
function useTurns(): { begin: () => AbortSignal; stop: () => void } {
  const running = useRef<AbortController>(undefined);
  const stop = useCallback(() => running.current?.abort(), []);
  const begin = useCallback(() => {
    running.current?.abort();
    running.current = new AbortController();
    return running.current.signal;
  }, []);
  useEffect(() => stop, [stop]);
  return { begin, stop };
}

async function inspect(
  codeHash: string,
  { executorParams }: Parameters,
  signal: AbortSignal,
): Promise<Inspection | string> {
  const params = typeof executorParams === 'string' ? executorParams : JSON.stringify(executorParams);
  const query = new URLSearchParams({ executorParams: params });
  try {
    return await getJson<Inspection>(`/v1/code/${codeHash}/inspection?${query}`, signal);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function follow(events: AsyncIterable<RequestEvent>, request: string, change: Change): Promise<void> {
  const since = Date.now();
  let progress: readonly Progress[] = [];
  change(() => ({ phase: { phase: 'asking', progress, since } }));
  for await (const { event, data } of events) {
    if (event === 'progress') {
      const steps = [...progress, data as Progress];
      progress = steps;
      change(() => ({ phase: { phase: 'asking', progress: steps, since } }));
    } else if (event === 'outcome') {
      const answer = answerOf('checked', Date.now(), request, data as ToldAnswer);
      const steps = progress;
      change(() => ({ answer, phase: { phase: 'done', progress: steps } }));
      return;
    } else if (event === 'problem') {
      const { title, detail, status } = data as Problem;
      throw new ServiceError(status, `${title} – ${detail}`);
    }
  }
  throw new Error('The service ended the connection before there was an answer. Check it again.');
}

function fail(error: unknown, signal: AbortSignal, change: Change): void {
  if (signal.aborted) return;
  const problem = error instanceof Error ? error.message : String(error);
  change(({ phase }) => ({ problem, phase: failedAt(phase) }));
}

function cancelled(check: Check | undefined): Check | undefined {
  if (check === undefined || check.phase.phase === 'done' || check.phase.phase === 'failed') return check;
  return { ...check, phase: failedAt(check.phase), problem: 'You took it back.' };
}
