import type { Inspection } from '../api/types.ts';
import type { Answer } from '../model/answers.ts';
import {
  BOMB_LIMIT_PER_CODE_SIZE,
  importGroups,
  type ModuleImport,
  nearLimits,
  type Parameters,
} from '../model/check.ts';
import { outcomeWord, reasonSentence } from '../words/outcomes.ts';
import { oneLine } from '../words/printable.ts';
import { count, duration, plural, size } from '../words/units.ts';
import { Facts, GuestText, Meter, Notice } from './parts.tsx';

/** What a precheck came to: verdict, limits, warnings, imports. */
export function PrecheckResult({
  answer,
  codeBytes,
  inspection,
  parameters,
}: {
  readonly answer: Answer;
  readonly codeBytes: number;
  /** A text if the module could not be inspected. */
  readonly inspection: Inspection | string | undefined;
  readonly parameters: Parameters;
}) {
  const { used, limits } = answer.detail;
  const word = outcomeWord(answer.outcome);
  const bombLimit = parameters.validationCodeBombLimit;
  const warnings = [
    ...(typeof inspection === 'object' ? inspection.warnings : []),
    ...nearLimits(codeBytes, used.codeBytes, bombLimit),
  ];
  return (
    <div class="stack">
      <p class={`verdict tone-${word.tone}`}>{VERDICTS[answer.outcome] ?? word.label}</p>
      {answer.reason === undefined ? null : (
        <p>{reasonSentence(answer.reason) ?? `Reason: ${answer.reason}`}</p>
      )}
      {answer.message === undefined ? null : <GuestText text={answer.message} label="What the host says" />}
      <div>
        <h3>Used of the limits</h3>
        <Meter
          name="Code as uploaded"
          used={codeBytes}
          limit={Math.floor(bombLimit / BOMB_LIMIT_PER_CODE_SIZE)}
          show={size}
        />
        <Meter name="Code, decompressed" used={used.codeBytes} limit={limits.codeBytes} show={size} />
        <Meter name="CPU time" used={used.cpuTimeMs} limit={limits.cpuTimeMs} show={duration} />
        <Meter name="Wall time" used={used.wallTimeMs} limit={limits.wallTimeMs} show={duration} />
        <Meter name="Memory" used={used.memoryBytes} limit={limits.memoryBytes} show={size} />
        {used.cpuTimeMs === undefined ? (
          <p class="soft">What an artifact of an earlier run has cost is not known.</p>
        ) : null}
      </div>
      <div>
        <h3>Warnings</h3>
        {warnings.length === 0 ? <p>None.</p> : null}
        <ul class="warnings">
          {warnings.map((warning) => (
            <li key={warning}>
              <Notice tone="doubt" title="Warning">
                <span class="guest-inline">{oneLine(warning, 2_000)}</span>
              </Notice>
            </li>
          ))}
        </ul>
      </div>
      <Imports inspection={inspection} />
      <Facts
        facts={[
          ['Code hash', <code key="hash">0x{answer.codeHash.replace(/^0x/, '')}</code>],
          ['Executor params', <code key="params">{paramsText(parameters.executorParams)}</code>],
          ['Limit for decompressed code', size(bombLimit)],
        ]}
      />
    </div>
  );
}

const VERDICTS: Readonly<Record<string, string>> = {
  ok: 'Accepted: vote for this PVF',
  failed: 'Rejected: vote against this PVF',
  internal: 'Not decided: a fault of this machine',
  'deadline-passed': 'Not decided: the deadline passed',
  cancelled: 'Cancelled',
};

function paramsText(params: Parameters['executorParams']): string {
  if (typeof params === 'string') return params;
  return params.length === 0 ? 'none' : oneLine(JSON.stringify(params), 500);
}

function Imports({ inspection }: { readonly inspection: Inspection | string | undefined }) {
  if (inspection === undefined) return null;
  if (typeof inspection === 'string' || inspection.report === undefined) {
    const why = typeof inspection === 'string' ? inspection : 'The module could not be read.';
    return (
      <div>
        <h3>Imports</h3>
        <p class="soft guest-inline">{oneLine(why, 400)}</p>
      </div>
    );
  }
  const imports = (inspection.report.imports ?? []) as readonly ModuleImport[];
  return (
    <div>
      <h3>Imports</h3>
      {imports.length === 0 ? <p>None.</p> : null}
      {importGroups(imports).map(([group, names]) => (
        <details key={group} open={names.length <= 12}>
          <summary>
            {oneLine(group, 80)}: {plural(names.length, 'import')}
          </summary>
          <ul class="names">
            {names.slice(0, LISTED).map((name, i) => (
              // a module may import one name twice
              <li key={i} class="guest-inline">
                {oneLine(name, 120)}
              </li>
            ))}
          </ul>
          {names.length > LISTED ? <p class="soft">and {count(names.length - LISTED)} more</p> : null}
        </details>
      ))}
    </div>
  );
}

const LISTED = 500;
