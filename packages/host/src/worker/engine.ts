import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ENGINE_DIGITS } from '../artifact-identity.ts';
import type { ProbedProgram } from './program.ts';

/**
 * Identity of everything that an artifact's machine code depends on besides its input: worker programs, their
 * engine, and this CPU's features. An artifact that another machine or release made must never be used: in the
 * reference that has raised disputes (paritytech/polkadot-sdk#2863). Our programs name V8's own tag of its version,
 * flags and the CPU features that it uses; for others, what Linux says of the CPU stands in.
 */
export function engineIdentity(
  programs: readonly Pick<ProbedProgram, 'kind' | 'version' | 'fullVersion' | 'engine'>[],
  cpu: readonly string[] = cpuFeatures(),
): string {
  const parts = programs.map(({ kind, version, fullVersion, engine }) => ({
    kind,
    version,
    fullVersion,
    engine,
  }));
  return createHash('sha256')
    .update(JSON.stringify({ parts, arch: process.arch, cpu }))
    .digest('hex')
    .slice(0, ENGINE_DIGITS);
}

/** The first CPU's model and features as Linux lists them; empty elsewhere. */
function cpuFeatures(): string[] {
  try {
    const lines = readFileSync('/proc/cpuinfo', 'utf8').split('\n\n', 1)[0]?.split('\n') ?? [];
    return lines.filter((line) =>
      /^(model name|flags|Features|CPU (implementer|part|variant))\s*:/.test(line),
    );
  } catch {
    return [];
  }
}
