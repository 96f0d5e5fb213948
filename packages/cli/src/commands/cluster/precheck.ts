import { createHash } from 'node:crypto';
import type { Entry, PrecheckInput } from '@pvf/cluster';
import type { PrecheckOutcome } from '@pvf/host';
import { CliError } from '../../errors.ts';
import { toJson } from '../../output/json.ts';
import type { PrecheckLimits } from '../../output/precheck-table.ts';
import type { Context } from '../context.ts';
import { type ClusterRunOptions, onCluster } from './connect.ts';
import { disagreementLines, firstOf, openRun } from './run.ts';

/** What agents say of a PVF. */
export interface ClusterPrecheck {
  readonly outcome: PrecheckOutcome;
  /** What others said of it. */
  readonly differences: readonly string[];
}

/** Prechecks by agents, in the order of the PVFs. */
export async function precheckOnCluster(
  context: Context,
  codes: readonly Uint8Array[],
  limits: PrecheckLimits,
  options: ClusterRunOptions,
): Promise<ClusterPrecheck[]> {
  const input: PrecheckInput = { executorParams: limits.params, validationCodeBombLimit: limits.bombLimit };
  const hash = createHash('sha256').update(toJson(input));
  for (const code of codes) hash.update(createHash('sha256').update(code).digest());
  const fingerprint = hash.digest('hex').slice(0, 16);
  return await onCluster(async () => {
    const names = { fingerprint: `precheck ${fingerprint}`, name: `precheck-${fingerprint}` };
    const { run, waiting } = await openRun(context, options, names);
    async function* entries(): AsyncGenerator<Entry> {
      for (const [index, code] of codes.entries())
        yield { index, job: { task: 'precheck', code: await run.addCode(code), input } };
    }
    const found = new Map<number, ClusterPrecheck>();
    try {
      for await (const answers of run.answers(entries(), { signal: context.io.signal })) {
        waiting.answered();
        const { answer, agent } = firstOf(answers);
        if (answer.task !== 'precheck') {
          const reason = answer.task === 'none' ? answer.reason : 'the answer is of another task';
          throw new CliError(
            'CLUSTER',
            { reason: 'DEAD_LETTER', details: { index: answers.index, agent } },
            `no agent could precheck PVF ${answers.index + 1}: ${reason}`,
            'see pvf cluster status, and the log of the agents',
          );
        }
        const { disagreement } = answers;
        const differences = disagreement === undefined ? [] : disagreementLines(disagreement);
        found.set(answers.index, { outcome: answer.outcome, differences });
        context.terminal.step(`${found.size} of ${codes.length} PVFs are prechecked`);
      }
      if (!context.io.signal.aborted) await run.finish();
    } finally {
      waiting.stop();
      await run.close();
    }
    context.terminal.done();
    return codes.flatMap((_, index) => found.get(index) ?? []);
  });
}
