// Agents and runs of a check: ended with the test that made them.
import { expect, onTestFinished } from 'vitest';
import { Agent, type AgentOptions, type Answers, Run, type RunOptions } from '../../src/index.ts';
import { type Manner, waitingExecutor } from './executors.ts';
import { blockDataOf, CODE, entries, jobOf } from './jobs.ts';

/** The servers of the checks have little room. */
export const LIMITS = { storeBytes: 256 * 1024 ** 2 };
export const NEVER: AbortSignal = new AbortController().signal;
let names = 0;

/**
 * @param url of the servers that are meant unless options say others
 * @param finished of a test that runs beside others
 */
export function given(url: () => string, finished: typeof onTestFinished = onTestFinished) {
  return {
    /** A real one, whose executions are made up. */
    async agent(id: string, manner: Manner = {}, options: Partial<AgentOptions> = {}) {
      const executor = waitingExecutor(manner);
      const started = await Agent.start({
        servers: url(),
        id,
        executor,
        engine: `made up for ${id}`,
        slots: 4,
        limits: LIMITS,
        ...options,
      });
      finished(() => started.close());
      return Object.assign(started, { executor });
    },

    async run(options: Partial<RunOptions> = {}): Promise<Run> {
      names += 1;
      const opened = await Run.open({
        servers: url(),
        name: `run-${names}`,
        fingerprint: 'f',
        limits: LIMITS,
        ...options,
      });
      finished(() => opened.close());
      return opened;
    },
  };
}

/** Every answer to so many candidates: each comes once. */
export async function all(
  opened: Run,
  count: number,
  { bytes, forget = false }: { bytes?: number; forget?: boolean } = {},
): Promise<Map<number, Answers>> {
  const code = await opened.addCode(CODE);
  const found = new Map<number, Answers>();
  for await (const answers of opened.answers(entries(code, count, bytes), { signal: NEVER, forget })) {
    expect(found.has(answers.index), `${answers.index} twice`).toBe(false);
    found.set(answers.index, answers);
  }
  expect([...found.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
  return found;
}

/** What any machine answers. */
async function headOf(index: number, bytes?: number) {
  const executor = waitingExecutor();
  const code = await executor.importCode(CODE);
  const outcome = await executor.validate({
    ...jobOf({ hash: '', bytes: 8 }, blockDataOf(index, bytes)).input,
    code,
  } as never);
  return outcome.kind === 'valid' ? Buffer.from(outcome.result.headData).toString('hex') : undefined;
}

/** @param bytes of each PoV */
export async function expectRight(found: ReadonlyMap<number, Answers>, bytes?: number): Promise<void> {
  for (const [index, { results }] of found)
    for (const { answer } of results) {
      const outcome = answer.task === 'validate' ? answer.outcome : undefined;
      expect(outcome?.kind === 'valid' && Buffer.from(outcome.result.headData).toString('hex')).toBe(
        await headOf(index, bytes),
      );
    }
}
