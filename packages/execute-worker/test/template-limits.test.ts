import { describe, expect, it, vi } from 'vitest';
import { rememberedArtifacts, templateLimits } from '../src/template-limits.ts';

const machine = vi.hoisted(() => ({
  totalBytes: 0,
  descriptors: { soft: 0, hard: 0 },
  set: [] as unknown[][],
}));
vi.mock('node:os', () => ({ totalmem: () => machine.totalBytes }));
vi.mock('@pvf/linux', () => ({
  getResourceLimit: () => machine.descriptors,
  setResourceLimit: (...args: unknown[]) => machine.set.push(args),
}));

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** On a machine, and in a group that allows so much (0: none, or one without a limit that Node can read). */
function limitsOn(totalBytes: number, allowedBytes = 0, soft = 4_096, hard = soft, given?: number) {
  Object.assign(machine, { totalBytes, descriptors: { soft, hard }, set: [] });
  vi.spyOn(process, 'constrainedMemory').mockReturnValue(allowedBytes);
  return templateLimits(given);
}

describe('what templates may take', () => {
  it.each([
    [16 * GIB, 0, GIB],
    [64 * GIB, 0, GIB],
    [16 * GIB - 16, 0, GIB - 1],
    [GIB, 0, 64 * MIB],
    [GIB, 512 * MIB, 32 * MIB],
    [64 * GIB, 4 * GIB, 256 * MIB],
    // What a group without a limit says.
    [4 * GIB, 2 ** 63, 256 * MIB],
    [100, 0, 6],
  ])(
    'of %i bytes, %i of them allowed to its group, are %i, for what comes twice',
    (total, allowed, bytes) => {
      expect(limitsOn(total, allowed)).toEqual({ bytes, templates: 256, fromUse: 2 });
    },
  );

  it.each([0, 5, 100 * GIB])('is what the host says, %i bytes, for all that comes', (given) => {
    expect(limitsOn(GIB, 0, 4_096, 4_096, given)).toEqual({ bytes: given, templates: 256, fromUse: 1 });
  });

  it.each<[number, number, number, unknown[][]]>([
    [64, 64, 0, []],
    [105, 105, 0, []],
    [106, 106, 1, []],
    [1_024, 1_024, 92, []],
    [1_024, 2_000, 190, [['NOFILE', 2_000, 2_000]]],
    [1_024, 4_096, 256, [['NOFILE', 2_656, 4_096]]],
    [1_024, Number.POSITIVE_INFINITY, 256, [['NOFILE', 2_656, Number.POSITIVE_INFINITY]]],
    [2_656, 4_096, 256, []],
    [65_536, 2 ** 20, 256, []],
  ])('with %i descriptors, which may be %i, are %i', (soft, hard, templates, set) => {
    expect(limitsOn(GIB, 0, soft, hard).templates).toBe(templates);
    expect(machine.set).toEqual(set);
    // As many artifacts stay known, and some where there is not one template.
    expect(rememberedArtifacts()).toBe(Math.max(8, templates));
    expect(machine.set).toEqual(set);
  });
});
