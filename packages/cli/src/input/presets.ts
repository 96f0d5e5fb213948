import type { ExecutorParam } from '@pvf/protocol';
import { CliError } from '../errors.ts';

/** Values of a chain, good as long as its governance changes nothing: what a node answers is better. */
export interface Preset {
  readonly executorParams: readonly ExecutorParam[];
  /** Where the values were read. */
  readonly source: string;
  /** When; as exact as is known. */
  readonly date: string;
}

/** Only chains whose values are known with source and date. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  polkadot: {
    executorParams: [
      { type: 'MaxMemoryPages', value: 8_192 },
      { type: 'PvfExecTimeout', kind: 'Backing', value: 2_500n },
      { type: 'PvfExecTimeout', kind: 'Approval', value: 15_000n },
    ],
    source: 'Polkadot’s relay chain, ParachainHost_session_executor_params',
    date: '2025',
  },
};

/** @throws CliError BAD_USAGE that lists the names */
export function presetNamed(name: string): Preset {
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (preset !== undefined) return preset;
  throw new CliError(
    'BAD_USAGE',
    { option: '--chain' },
    `no values are known for a chain "${name}"`,
    `known: ${Object.keys(PRESETS).join(', ')}; of any other chain, ask a node (--url ws://… --para ID) or give --executor-params`,
  );
}
