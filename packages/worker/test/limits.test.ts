import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { NEEDS, tooLowLimits } from '../src/worker/limits.ts';

/** Soft limits that this process seems to have. */
const soft = new Map<string, number>();
vi.mock('@pvf/linux', async (original) => ({
  ...(await original<typeof import('@pvf/linux')>()),
  getResourceLimit: (resource: string) => ({ soft: soft.get(resource)!, hard: Number.POSITIVE_INFINITY }),
}));

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

it('a limit that is just enough is enough, and the one below is named with what is needed', () => {
  for (const { resource, atLeast } of NEEDS) soft.set(resource, atLeast);
  expect(tooLowLimits()).toEqual([]);
  for (const { resource, atLeast } of NEEDS) {
    const below = atLeast === Number.POSITIVE_INFINITY ? 2 ** 53 : atLeast - 1;
    soft.set(resource, below);
    expect(tooLowLimits()).toEqual([expect.stringContaining(`the limit of ${resource} is ${below} `)]);
    soft.set(resource, atLeast);
  }
});

it('what is needed is exactly this', () => {
  expect(NEEDS.map(({ resource, atLeast }) => [resource, atLeast])).toEqual([
    ['STACK', 300 * 2 ** 20],
    ['AS', 128 * 2 ** 30],
    ['DATA', 16 * 2 ** 30],
    ['FSIZE', 2 * 2 ** 30],
    ['CPU', Number.POSITIVE_INFINITY],
    ['NOFILE', 128],
  ]);
});
