import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROPERTY } from '../../test-kit/setup/property.ts';
import { parseBytes, parseDuration, parseNetwork, parseUser, parseVariables } from '../src/cli/options.ts';
import { policyOf } from '../src/cli/policy-of.ts';
import { programPaths } from '../src/cli/program-paths.ts';

test.each([
  ['512M', 512 * 1024 ** 2],
  ['1G', 1024 ** 3],
  ['1.5G', 1.5 * 1024 ** 3],
  ['64K', 65_536],
  ['64KB', 65_536],
  ['64KiB', 65_536],
  ['1000', 1000],
])('%s is %i bytes', (text, bytes) => {
  expect(parseBytes('--mem', text)).toBe(bytes);
});

test.each([
  ['10s', 10_000],
  ['500ms', 500],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['3', 3000],
  ['0.5', 500],
])('%s is %i milliseconds', (text, ms) => {
  expect(parseDuration('--cpu', text)).toBe(ms);
});

test('other text is a typed error', () => {
  const typed = (call: () => unknown): boolean => {
    try {
      call();
      return true;
    } catch (error) {
      return (error as { code?: string }).code === 'INVALID_ARGUMENT';
    }
  };
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const call of [
        () => parseBytes('--mem', text),
        () => parseDuration('--cpu', text),
        () => parseNetwork(text),
        () => parseUser(text),
        () => parseVariables([text]),
        () => policyOf({ net: text, deny: [text], 'on-violation': text }, 'true'),
      ]) {
        if (!typed(call)) return false;
      }
      return true;
    }),
    PROPERTY,
  );
});

test.each([
  ['none', { access: 'none', connectTcp: [], bindTcp: [], udp: false, unixSockets: false }],
  ['unix', { access: 'none', connectTcp: [], bindTcp: [], udp: false, unixSockets: true }],
  [
    'connect:443,connect:80,bind:8080',
    { access: 'tcp-ports', connectTcp: [443, 80], bindTcp: [8080], udp: false, unixSockets: false },
  ],
  ['udp,unix', { access: 'tcp-ports', connectTcp: [], bindTcp: [], udp: true, unixSockets: true }],
])('--net %s', (text, expected) => {
  expect(parseNetwork(text)).toEqual(expected);
});

test('a program brings its installation, and a script its interpreter’s', () => {
  const root = mkdtempSync(join(tmpdir(), 'sandbox-linux-'));
  try {
    for (const directory of ['tool/bin', 'tool/lib', 'plain', 'manager/shims'])
      mkdirSync(join(root, directory), { recursive: true });
    const write = (path: string, text: string): string => {
      writeFileSync(join(root, path), text, { mode: 0o755 });
      return join(root, path);
    };
    const tool = write('tool/bin/tool', 'binary');
    const script = write('plain/script', '#!/usr/bin/env -S tool --flag\n');
    const shim = write('manager/shims/tool', 'x');
    const path = `${join(root, 'tool/bin')}:/usr/bin:/bin`;
    expect(programPaths('tool', path)).toEqual([join(root, 'tool'), tool]);
    expect(programPaths(script, path)).toEqual(expect.arrayContaining([script, join(root, 'tool'), tool]));
    expect(programPaths(shim, path)).toEqual([join(root, 'manager')]);
    expect(programPaths('absent', path)).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
