import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostOptions } from '@pvf/host';
import { DISPENSABLE, refusing, WAYS } from '../../packages/execute-worker/test/support/refusals.ts';
import type { Random } from './random.ts';

const LAUNCHERS = join(import.meta.dirname, '../../packages');

/** Programs that start the workers where some of the calls are refused that they can do without. */
export class RefusingSurroundings {
  /** Of all programs; to be removed at the end. */
  readonly directory = mkdtempSync(join(tmpdir(), 'pvf-chaos-refused-'));
  #lives = 0;

  /** For one host: its workers, whose answers must be the same as anywhere. */
  workers(random: Random): NonNullable<HostOptions['workers']> {
    const calls = DISPENSABLE.filter(() => random.chance(0.5));
    const words = refusing(calls.length === 0 ? DISPENSABLE : calls, random.pick(WAYS) ?? 'kill');
    const folder = join(this.directory, String(this.#lives++));
    mkdirSync(folder);
    const program = (kind: 'prepare' | 'execute'): string => {
      const path = join(folder, `pvf-${kind}-worker`);
      const launcher = join(LAUNCHERS, `${kind}-worker/bin/pvf-${kind}-worker`);
      const command = [...words, launcher].map((word) => `'${word}'`).join(' ');
      writeFileSync(path, `#!/bin/sh\nexec ${command} "$@"\n`);
      chmodSync(path, 0o755);
      return path;
    };
    return { prepare: program('prepare'), execute: program('execute') };
  }
}
