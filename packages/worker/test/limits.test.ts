import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NEEDS } from '../src/worker/limits.ts';

const packages = join(import.meta.dirname, '../..');
/** What the numbers of `ulimit` count. */
const UNITS: Readonly<Record<string, number>> = { KiB: 1024, descriptors: 1, "'blocks of 512 bytes'": 512 };

it.each(['prepare', 'execute'])('the launcher of the %s worker knows the worker’s limits', (kind) => {
  const text = readFileSync(join(packages, `${kind}-worker/bin/pvf-${kind}-worker`), 'utf8');
  const lines = [...text.matchAll(/^need (\w+) '([^']+)' "[^"]+" (\d+) (.+)$/gm)];
  expect(lines.map(([, resource]) => resource)).toEqual(['AS', 'NOFILE', 'FSIZE']);
  for (const [, resource, setBy, number, unit] of lines) {
    const need = NEEDS.find((each) => each.resource === resource)!;
    expect([Number(number) * UNITS[unit!]!, setBy]).toEqual([need.atLeast, need.setBy]);
  }
  const stackKib = Number(/^ulimit -S -s (\d+)/m.exec(text)![1]);
  expect(stackKib * 1024).toBe(NEEDS.find(({ resource }) => resource === 'STACK')!.atLeast);
});

it('the start code of the binaries knows them too', async () => {
  const RESOURCES: Readonly<Record<number, string>> = { 1: 'FSIZE', 9: 'AS', 7: 'NOFILE' };
  const path = join(packages, '../scripts/binary/start-code.mjs');
  const { LIMITS }: { LIMITS: readonly (readonly [number, number])[] } = await import(path);
  const known = LIMITS.filter(([resource]) => resource !== 0);
  expect(known).toHaveLength(3);
  for (const [resource, least] of known) {
    expect(least).toBe(NEEDS.find((each) => each.resource === RESOURCES[resource])!.atLeast);
  }
});
