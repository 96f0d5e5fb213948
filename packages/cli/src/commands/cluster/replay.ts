import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Answers, Entry as ClusterEntry, Job, Run, SlowAgent, ValidateInput } from '@pvf/cluster';
import { codeHash } from '@pvf/protocol';
import { CliError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { loadPvf } from '../../input/load-pvf.ts';
import { readPvfParameters } from '../../input/pvf-parameters.ts';
import { completeCandidate, type Validation } from '../../input/validations.ts';
import { oneLine, validationExit } from '../../output/outcomes.ts';
import type { Context } from '../context.ts';
import { ReplayProgress } from '../replay/progress.ts';
import { answerOf, type Record, unexpected } from '../replay/record.ts';
import { conclude, type Done, exitOf, nameOfRun, openResults } from '../replay/replay.ts';
import type { ReplayOptions } from '../replay/replay-options.ts';
import { openCollection } from '../replay/source.ts';
import { candidateRequest, parametersOf, requireCodeOf } from '../run-validation.ts';
import { onCluster } from './connect.ts';
import { disagreementLines, firstOf, openRun, slowAgentLines } from './run.ts';

/** What is kept of a candidate while agents have it. */
type Asked = Pick<Validation, 'name' | 'expected'> & { readonly id: string };

/** `pvf replay SOURCE --cluster URL`: as on one machine, with agents in place of the hosts. */
export async function replayOnCluster(
  context: Context,
  path: string,
  options: ReplayOptions,
): Promise<ExitCode> {
  const { signal, stdin, stderr } = context.io;
  const pvf = await loadPvf(options.pvf, options, { option: '--pvf', signal, stdin });
  const parameters = await readPvfParameters(options, 'Prepare', pvf.said);
  const collection = await openCollection(path);
  const hash = Buffer.from(codeHash(pvf.code)).toString('hex');
  const run = nameOfRun(pvf, undefined, parameters, options);
  const results = await openResults(options, run);
  const done: Done[] = [];
  const compares = (options.redundancy ?? 1) > 1;
  let slowAgents: readonly SlowAgent[] | undefined;
  try {
    await onCluster(async () => {
      const { checkJob } = await import('@pvf/cluster');
      const fingerprint = `replay ${run} of ${collection.total}`;
      // Whether the candidates are the same, each of them says: another collection just needs another name.
      const own = createHash('sha256')
        .update(`${fingerprint} in ${resolve(path)}`)
        .digest('hex');
      const names = { fingerprint, name: `replay-${own.slice(0, 16)}` };
      const { run: opened, waiting } = await openRun(context, options, names);
      const progress = await ReplayProgress.start(stderr, collection.total, options.quiet === true);
      waiting.through((line) => progress.message(line));
      const asked = new Map<number, Asked>();
      const add = async (result: Done, fresh: boolean) => {
        if (fresh) await results?.add(result.record);
        done.push(result);
        progress.step(fresh);
      };
      async function* entries(): AsyncGenerator<ClusterEntry> {
        const code = await opened.addCode(pvf.code);
        let index = -1;
        for await (const { id, read } of collection.entries()) {
          index += 1;
          const record = results?.before.get(id);
          if (record !== undefined) {
            await add({ record, exitCode: exitOf(record, options) }, false);
            continue;
          }
          try {
            const validation = await completeCandidate(await read(), options);
            requireCodeOf(validation, hash);
            const own = await parametersOf(validation, options, pvf.said);
            const input = candidateRequest(validation, own, options) as ValidateInput;
            const job: Job = { task: 'validate', code, input };
            checkJob(job);
            asked.set(index, { id, name: validation.name, expected: validation.expected });
            yield { index, job };
          } catch (error) {
            const { name, message } = error as Error;
            if (!(error instanceof CliError) && name !== 'ClusterError') throw error;
            const unread: Record = { id, name: id, run, outcome: 'unreadable', message };
            await add({ record: unread, exitCode: EXIT.badInput }, true);
          }
        }
      }
      try {
        const forget = results !== undefined;
        for await (const answers of opened.answers(entries(), { signal, forget })) {
          waiting.answered();
          const of = asked.get(answers.index);
          asked.delete(answers.index);
          if (of !== undefined) await add(doneOf(answers, of, run, options), true);
        }
        progress.stop();
        if (compares) slowAgents = opened.slowAgents();
        for (const line of slowAgentLines(slowAgents ?? [])) context.terminal.message(line);
        await leave(context, opened, signal.aborted);
      } finally {
        progress.stop();
        waiting.stop();
        await opened.close();
      }
    });
  } finally {
    await results?.close();
  }
  return await conclude(context, {
    ...{ done, results, pvf, parameters, options, compares },
    ...(slowAgents !== undefined && { slowAgents }),
  });
}

async function leave({ terminal }: Context, run: Run, interrupted: boolean): Promise<void> {
  if (!interrupted) return await run.finish();
  terminal.message(
    `left run ${run.name}: the same command goes on with it, pvf cluster cancel ${run.name} removes it`,
  );
}

function doneOf(answers: Answers, { id, name, expected }: Asked, run: string, options: ReplayOptions): Done {
  const { answer } = firstOf(answers);
  const base = { id, name, run };
  const told = answers.disagreement === undefined ? [] : disagreementLines(answers.disagreement);
  if (answer.task !== 'validate') {
    const message = oneLine(answer.task === 'none' ? answer.reason : 'the answer is of another task');
    const record: Record = { ...base, outcome: 'internal', vote: 'abstain', reason: 'dead-letter', message };
    return { record, exitCode: EXIT.abstain };
  }
  const checked = options.check === true ? unexpected({ expected } as Validation, answer.outcome) : undefined;
  const compared = (options.redundancy ?? 1) > 1 ? told : undefined;
  const differences = checked === undefined ? compared : [...checked, ...told];
  const record: Record = {
    ...base,
    ...answerOf(answer.outcome),
    ...(differences !== undefined && { differences }),
  };
  return { record, exitCode: exitOf(record, options, validationExit(answer.outcome)) };
}
