import { readdirSync, readFileSync } from 'node:fs';
import {
  ALL_NAMESPACES,
  DEFAULT_DENIED,
  type LayerOutcome,
  type Policy,
  type SandboxEnd,
} from '../../src/index.ts';
import type { SandboxResult, SandboxSpec } from '../fixtures/sandboxed.ts';
import { type Identity, runSandboxed } from './spawn.ts';

/** What `sandbox-linux run` uses by default. */
export const FULL: Policy = {
  files: { system: true },
  network: { access: 'none' },
  scopes: { scopes: ['abstract-unix-socket', 'signal'] },
  syscalls: { deny: DEFAULT_DENIED },
  namespaces: { namespaces: ALL_NAMESPACES.filter((name) => name !== 'net') },
};

/** A shell script in a sandbox. */
export const sh = (script: string, policy: Policy = FULL, rest: Partial<SandboxSpec> = {}): SandboxSpec => ({
  program: 'sh',
  args: ['-c', script],
  policy,
  options: { cwd: '/usr' },
  ...rest,
});

export async function one(
  as: Identity,
  spec: SandboxSpec,
  options: Parameters<typeof runSandboxed>[2] = {},
): Promise<SandboxResult> {
  return (await runSandboxed(as, [spec], options))[0] as SandboxResult;
}

export const outcomeOf = (end: SandboxEnd | undefined, layer: string): LayerOutcome | undefined =>
  end?.outcomes.find((entry) => entry.layer === layer);

/** The command lines of all processes that can be seen. */
export function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
}
