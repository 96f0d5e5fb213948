import { useState } from 'preact/hooks';
import type { Status } from '../api/types.ts';
import { type ChainName, parametersOf, stepsOf } from '../model/check.ts';
import { kindWord } from '../words/outcomes.ts';
import { oneLine } from '../words/printable.ts';
import { size } from '../words/units.ts';
import { DropZone } from './drop-zone.tsx';
import { Empty, Notice, Panel } from './parts.tsx';
import { PrecheckResult } from './precheck-result.tsx';
import { Steps } from './steps.tsx';
import { type Check, type Runtime, useBlockCheck, useRuntimeCheck } from './use-check.ts';
import { useNow } from './use-store.ts';
import { ValidationResult } from './validation-result.tsx';

const KINDS = ['approval', 'dispute', 'backing', 'backing-system'];

/** Upload a runtime: precheck; then a block of it: validate. */
export function CheckPage({ status }: { readonly status: Status | undefined }) {
  const [chain, setChain] = useState<ChainName>('none');
  const [own, setOwn] = useState('[{"MaxMemoryPages": 8192}]');
  const [bombLimit, setBombLimit] = useState('30');
  const [kind, setKind] = useState('approval');
  const [wrong, setWrong] = useState<string>();
  const { runtime, start, stop } = useRuntimeCheck();
  const { block, start: startBlock, stop: stopBlock } = useBlockCheck();
  const largest = status?.limits.codeBytes;

  const check = (file: File): void => {
    try {
      const parameters = parametersOf(chain, own, bombLimit);
      if (largest !== undefined && file.size > largest) {
        throw new Error(
          `The file has ${size(file.size)}; this service takes code of at most ${size(largest)}.`,
        );
      }
      setWrong(undefined);
      start(file, parameters);
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    }
  };
  const validate = (file: File): void => {
    if (runtime.codeHash === undefined || runtime.check === undefined) return;
    startBlock(file, { codeHash: runtime.codeHash, kind, parameters: runtime.check.parameters });
  };

  return (
    <div class="stack">
      <Panel
        title="1. The runtime"
        note="Its precheck begins as soon as there is a file: the PVF is compiled in an isolated process, as validators do it."
      >
        <div class="stack">
          <div class="fields">
            <label>
              Executor params
              <select
                value={chain}
                onChange={({ currentTarget }) => setChain(currentTarget.value as ChainName)}
              >
                <option value="none">none, as a chain that has set none</option>
                <option value="polkadot">Polkadot’s of 2025</option>
                <option value="own">my own</option>
              </select>
            </label>
            {chain === 'own' ? (
              <label>
                My executor params (JSON or 0x…)
                <input value={own} onInput={({ currentTarget }) => setOwn(currentTarget.value)} />
              </label>
            ) : null}
            <label>
              Limit for decompressed code, MiB
              <input
                inputMode="decimal"
                value={bombLimit}
                onInput={({ currentTarget }) => setBombLimit(currentTarget.value)}
              />
            </label>
          </div>
          <DropZone
            title="Drop a runtime here, or choose its file"
            hint="WebAssembly as it was built (.wasm), or compressed as it is on chain (.compact.compressed.wasm)."
            file={runtime.check?.file}
            choose={check}
          />
          {wrong === undefined ? null : (
            <Notice tone="bad" title="Nothing was checked" urgent>
              <span>{wrong}</span>
            </Notice>
          )}
        </div>
      </Panel>
      <Panel title="Precheck" end={<Controls check={runtime.check} stop={stop} again={check} />}>
        <RuntimeProgress runtime={runtime} />
      </Panel>
      <Panel
        title="2. A block of it"
        note="A file that a collator wrote with --export-pov-to-path (HASH_NUMBER.pov): it has the block and what its validation needs."
      >
        {runtime.codeHash === undefined ? (
          <Empty>Upload a runtime first; its blocks can be validated here then.</Empty>
        ) : (
          <div class="stack">
            <div class="fields">
              <label>
                Why it is validated (decides the time limit)
                <select value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value)}>
                  {KINDS.map((each) => (
                    <option key={each} value={each}>
                      {kindWord(each)}
                    </option>
                  ))}
                </select>
              </label>
            </div>
            <DropZone
              title="Drop a collator’s PoV file here, or choose it"
              hint="The block is executed at once, in an isolated process."
              file={block?.file}
              choose={validate}
            />
          </div>
        )}
      </Panel>
      {block === undefined ? null : (
        <Panel title="Validation" end={<Controls check={block} stop={stopBlock} again={validate} />}>
          <BlockProgress block={block} />
        </Panel>
      )}
    </div>
  );
}

function Controls({
  check,
  stop,
  again,
}: {
  readonly check: Check | undefined;
  readonly stop: () => void;
  readonly again: (file: File) => void;
}) {
  if (check === undefined) return null;
  const over = check.phase.phase === 'done' || check.phase.phase === 'failed';
  return over ? (
    <button type="button" onClick={() => again(check.file)}>
      Check again
    </button>
  ) : (
    <button type="button" onClick={stop}>
      Stop
    </button>
  );
}

function RuntimeProgress({ runtime: { check, inspection } }: { readonly runtime: Runtime }) {
  const now = useNow(1_000, check?.phase.phase === 'asking');
  if (check === undefined)
    return <Empty>No runtime yet. Its verdict, limits, imports and warnings appear here.</Empty>;
  return (
    <div class="stack">
      <Steps steps={stepsOf(check.phase, false, now)} />
      <Announcement check={check} done="The precheck is done." />
      <Failure check={check} />
      {check.answer === undefined ? null : (
        <PrecheckResult
          answer={check.answer}
          codeBytes={check.file.size}
          inspection={inspection}
          parameters={check.parameters}
        />
      )}
    </div>
  );
}

function BlockProgress({ block }: { readonly block: Check }) {
  const now = useNow(1_000, block.phase.phase === 'asking');
  return (
    <div class="stack">
      <Steps steps={stepsOf(block.phase, true, now)} />
      <Announcement check={block} done="The validation is done." />
      <Failure check={block} />
      {block.answer === undefined ? null : <ValidationResult answer={block.answer} />}
    </div>
  );
}

/** For screen readers alone: that it has begun, and that it is done. The seconds between are not read out. */
function Announcement({ check, done }: { readonly check: Check; readonly done: string }) {
  const { phase } = check.phase;
  const text =
    phase === 'uploading' ? 'Uploading.' : phase === 'asking' ? 'In work.' : phase === 'done' ? done : '';
  return (
    <p class="visually-hidden" role="status">
      {text}
    </p>
  );
}

function Failure({ check: { problem } }: { readonly check: Check }) {
  if (problem === undefined) return null;
  return (
    <Notice tone="bad" title="There is no answer" urgent>
      <span class="guest-inline">{oneLine(problem, 1_000)}</span>
    </Notice>
  );
}
