import { describe, expect, test } from 'vitest';
import { describeProbe } from '../src/cli/probe-command.ts';
import { landlockAbi, type ProbeReport } from '../src/index.ts';
import { LACKS, NEEDED, NEEDED_LANDLOCK_ABI } from './support/expected-abilities.ts';
import { IDENTITIES, runCase } from './support/spawn.ts';

describe.each(IDENTITIES)('the probe, as %s', (as) => {
  const run = (name: 'here' | 'makes nothing' | 'contained'): ProbeReport =>
    runCase('probe', name, { as, alone: true, flags: [] }) as ProbeReport;

  test('this machine has what it is declared to have, no less and no more', () => {
    const report = run('here');
    const found = Object.fromEntries(report.layers.map(({ layer, available }) => [layer, available]));
    expect(NEEDED.map((layer) => [layer, found[layer]])).toEqual(
      NEEDED.map((layer) => [layer, !LACKS.includes(layer)]),
    );
    if (!LACKS.includes('landlock')) expect(landlockAbi()).toBeGreaterThanOrEqual(NEEDED_LANDLOCK_ABI);
    for (const { available, reason } of report.layers) if (!available) expect(reason).toMatch(/./);
  });

  // what is killed on the way would leave it
  test('it makes no file and no directory', () => {
    const layers = (report: ProbeReport) => report.layers.map(({ layer, available }) => [layer, available]);
    expect(layers(run('makes nothing'))).toEqual(layers(run('here')));
  });

  test('what a container’s filter takes away is missing, with a reason and a remedy for each', () => {
    const report = run('contained');
    const missing = report.layers.filter(({ available }) => !available);
    expect(missing.map(({ layer }) => layer)).toEqual(
      expect.arrayContaining([
        'landlock',
        'user-namespace',
        'mount-namespace',
        'pid-namespace',
        'net-namespace',
        'ipc-namespace',
        'uts-namespace',
        'cgroup-namespace',
        'pivot-root',
        'process-table',
        'pidfd',
      ]),
    );
    for (const { layer, reason, remedy } of missing)
      expect([layer, reason ?? '', remedy ?? '']).toEqual([
        layer,
        expect.stringMatching(/./),
        expect.stringMatching(/./),
      ]);
    const seccomp = report.layers.find(({ layer }) => layer === 'seccomp');
    expect(seccomp?.available).toBe(true);
    const user = report.layers.find(({ layer }) => layer === 'user-namespace');
    expect(user?.reason).toContain('seccomp filter');
    expect(user?.remedy).toContain('--security-opt');
  });

  test('the human form says all that the report says', () => {
    const report = run('contained');
    const text = describeProbe(report).join('\n');
    for (const { layer, detail, reason, remedy } of report.layers) {
      for (const part of [layer, detail, reason, remedy])
        if (part !== undefined) expect(text).toContain(part);
    }
  });
});
