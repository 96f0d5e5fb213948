import { describe, expect, test } from 'vitest';
import {
  FS_ACCESS,
  LANDLOCK_SCOPES,
  NET_ACCESS,
  selectFs,
  selectNet,
  selectScopes,
} from '../src/landlock/access.ts';
import { IDENTITIES, runCase } from './support/spawn.ts';

/** In the order of their bits in linux/landlock.h. */
const FS = [
  ['execute', 'write-file', 'read-file', 'read-dir', 'remove-dir', 'remove-file', 'make-char', 'make-dir'],
  ['make-reg', 'make-sock', 'make-fifo', 'make-block', 'make-sym', 'refer', 'truncate', 'ioctl-dev'],
].flat();

describe('the rights of Landlock', () => {
  test('have the bits of the kernel', () => {
    expect(FS_ACCESS).toEqual(FS);
    expect(FS_ACCESS.map((name) => selectFs([name], 99).mask)).toEqual(FS.map((_, bit) => 2 ** bit));
    expect(NET_ACCESS.map((name) => [name, selectNet([name], 99).mask])).toEqual([
      ['bind-tcp', 1],
      ['connect-tcp', 2],
    ]);
    expect(LANDLOCK_SCOPES.map((name) => [name, selectScopes([name], 99).mask])).toEqual([
      ['abstract-unix-socket', 1],
      ['signal', 2],
    ]);
  });

  // https://docs.kernel.org/userspace-api/landlock.html, "Previous limitations"
  test.each([
    [1, 0x1fff, 0, 0],
    [2, 0x3fff, 0, 0],
    [3, 0x7fff, 0, 0],
    [4, 0x7fff, 3, 0],
    [5, 0xffff, 3, 0],
    [6, 0xffff, 3, 3],
    [7, 0xffff, 3, 3],
  ])('are those that ABI %i has', (abi, fs, net, scopes) => {
    expect(selectFs(FS_ACCESS, abi)).toEqual({
      mask: fs,
      names: FS.filter((_, bit) => fs & (1 << bit)),
      missing: FS.filter((_, bit) => !(fs & (1 << bit))),
    });
    expect([selectNet(NET_ACCESS, abi).mask, selectScopes(LANDLOCK_SCOPES, abi).mask]).toEqual([net, scopes]);
  });
});

describe.each(IDENTITIES)('Landlock as %s', (as) => {
  test('rules grant what they name beneath their path and nothing else', () => {
    expect(runCase('landlock', 'file-rights', { as })).toEqual({
      read: 'ok',
      list: 'ok',
      writeToRead: 'EACCES',
      createInRead: 'EACCES',
      write: 'ok',
      create: 'ok',
      directory: 'ok',
      rename: 'ok',
      remove: 'ok',
      linkOut: 'EACCES',
      fileRule: 'ok',
      besideFileRule: 'EACCES',
      passwd: 'EACCES',
      root: 'EACCES',
      above: 'ok',
      truncate: 'EACCES',
    });
  });

  test('a program can be read but not run without the right to execute', () => {
    expect(runCase('landlock', 'execute', { as })).toEqual({
      without: 'EACCES',
      with: { answer: null, exited: 0 },
    });
  });

  test('a rule can be about a descriptor', () => {
    expect(runCase('landlock', 'descriptors', { as })).toEqual(['ok', 'EACCES']);
  });

  test('descriptors that were open before stay usable', () => {
    expect(runCase('landlock', 'open-descriptors-stay', { as })).toBe(true);
  });

  test('allowNothing leaves no path at all', () => {
    expect(runCase('landlock', 'allow-nothing', { as })).toEqual({
      abi: true,
      files: ['EACCES', 'EACCES', 'EACCES', 'EACCES', 'EACCES'],
      create: 'EACCES',
      tcp: ['EACCES', 'EACCES'],
      outside: ['EPERM', 'EPERM'],
    });
  });

  test('TCP is limited to the ports of the rules', () => {
    expect(runCase('landlock', 'network', { as })).toEqual({
      connectAllowed: 'ok',
      connectOther: 'EACCES',
      bindOther: 'EACCES',
      bind: ['ok', 'EACCES', 'EACCES'],
    });
  });

  test('abstract sockets and signals do not leave the sandbox', () => {
    expect(runCase('landlock', 'scopes', { as })).toEqual({
      listening: 'ok',
      with: { socket: 'EPERM', signal: 'EPERM' },
      without: { socket: 'ok', signal: 'ok' },
      socketOnly: { socket: 'EPERM', signal: 'ok' },
    });
  });

  test('an older kernel’s ABI can be simulated, and forbids only what it knows', () => {
    const old = { outside: 'EACCES', refer: 'EXDEV', connect: 'ECONNREFUSED', signal: 'ok', truncate: 'ok' };
    expect(runCase('landlock', 'old-abi', { as })).toEqual({
      1: { ...old, used: 1 },
      2: { ...old, used: 2, refer: 'ok' },
      3: { ...old, used: 3, refer: 'ok', truncate: 'EACCES' },
      4: { ...old, used: 4, refer: 'ok', truncate: 'EACCES', connect: 'EACCES' },
      5: { ...old, used: 5, refer: 'ok', truncate: 'EACCES', connect: 'EACCES' },
      6: { ...old, used: 6, refer: 'ok', truncate: 'EACCES', connect: 'EACCES', signal: 'EPERM' },
    });
  });

  test('a right that the ABI lacks is an error, or reported with best effort', () => {
    expect(runCase('landlock', 'missing-rights', { as })).toEqual({
      strict: 'LAYER_UNAVAILABLE',
      bestEffort: { abi: 2, missing: ['truncate', 'bind-tcp', 'signal'], seen: null },
    });
  });

  test('a wrong rule is an error and leaks no descriptor', () => {
    expect(runCase('landlock', 'errors', { as })).toEqual({
      first: 'ENOENT',
      port: 'INVALID_ARGUMENT',
      unprivileged: as === 'root' ? 'ok' : 'EPERM',
      leaked: 0,
    });
  });

  test('sixteen layers can be stacked', () => {
    expect(runCase('landlock', 'layers', { as })).toEqual({ layers: 16, result: 'E2BIG' });
  });
});
