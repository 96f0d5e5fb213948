import { ExecuteWorkerResult, UnreadExecuteWorkerResult } from '@pvf/protocol';
import { describe, expect, it } from 'vitest';
import { classifyReport } from '../../../execute-worker/src/job-report.ts';
import { classify, type Verdict } from '../../../host/src/verdict/index.ts';
import { readJobAnswer } from '../../../prepare-worker/src/job-report.ts';
import type { JobReport } from '../../src/index.ts';
import { CONDUCTS } from './conducts.ts';
import { FILTERED_MODES } from './modes.ts';
import { takeOver } from './take-over.ts';
import { USERS } from './users.ts';

const modeOf = (name: string) => FILTERED_MODES.find((mode) => mode.name === name)!;
/** Far above what the bounded additions to a job's memory can come to, and below what a bomb would take. */
const MEMORY_BOUND_BYTES = 1024 * 1024 * 1024;

/** What an honest job comes to, whatever the job before it has done: a frame with its word. */
const HONEST = { end: { type: 'exited', status: 0 }, output: '\x06\0\0\0\0\0\0\0honest' };

function verdictOf(report: JobReport): Verdict {
  const answer = ExecuteWorkerResult.decodeExact(UnreadExecuteWorkerResult.encode(classifyReport(report)));
  return answer.ok
    ? classify({ type: 'answered', response: answer.value, wallTimeMs: 1 })
    : classify({ type: 'worker-error', error: answer.error, wallTimeMs: 1 });
}

function words(verdict: Verdict): string {
  if (verdict.type === 'valid') return 'valid';
  return `${verdict.type} ${verdict.type === 'invalid' ? verdict.rule : verdict.cause}`;
}

describe.each(USERS)('what jobs do and say, run by $name', ({ uid }) => {
  it.each([modeOf('all layers'), modeOf('all layers, forked from a template'), modeOf('no user namespaces')])(
    'counts against the candidate or for it, never for nothing: $name',
    (mode) => {
      const outcomes = takeOver(mode, 'conducts', uid);
      expect(outcomes.map(({ name }) => name)).toEqual(CONDUCTS.map(({ name }) => name));
      const verdicts = outcomes.map(({ name, report }) => `${name}: ${words(verdictOf(report))}`);
      const expected = CONDUCTS.map(({ name, verdict }) =>
        expect.stringMatching(new RegExp(`^${escaped(name)}: (${verdict})$`)),
      );
      expect(verdicts).toEqual(expected);
      expect(verdicts.filter((verdict) => verdict.includes(': internal'))).toEqual([]);
      expect(outcomes.filter(({ report }) => report.maxRssBytes > MEMORY_BOUND_BYTES)).toEqual([]);
      expect(outcomes.map(({ name, next }) => [name, next])).toEqual(
        CONDUCTS.map(({ name }) => [name, HONEST]),
      );
    },
  );

  it('in a prepare job, never passes for a fault of this machine', () => {
    const outcomes = takeOver(modeOf('all layers, before the code is locked'), 'conducts', uid);
    expect(outcomes.map(({ name, next }) => [name, next])).toEqual(
      CONDUCTS.map(({ name }) => [name, HONEST]),
    );
    const answers = outcomes.map(({ name, report }) => {
      const answer = readJobAnswer(report);
      return `${name}: ${answer.type === 'prepared' ? 'success' : answer.error.type}`;
    });
    expect(answers).toEqual(
      CONDUCTS.map(({ name, preparation }) =>
        expect.stringMatching(new RegExp(`^${escaped(name)}: (${preparation})$`)),
      ),
    );
  });
});

function escaped(text: string): string {
  return text.replace(/[^\w ]/g, '\\$&');
}
