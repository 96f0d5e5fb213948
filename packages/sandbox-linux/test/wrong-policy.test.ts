import { expect, test } from 'vitest';
import { type Policy, spawnSandboxed } from '../src/index.ts';

test.each<[string, unknown]>([
  ['a path that is no list', { files: { read: '/usr' } }],
  ['a path that is no text', { files: { write: [1] } }],
  ['an unknown system call', { syscalls: { deny: ['nonsense'] } }],
  ['system calls that are no list', { syscalls: { allow: 'read' } }],
  ['a port that is no number', { network: { access: 'tcp-ports', connectTcp: ['80'] } }],
  ['ports that are no list', { network: { access: 'tcp-ports', bindTcp: 80 } }],
  ['a limit that is no number', { limits: { cpuMs: '1s' } }],
])('%s is refused before there is a process', (_, policy) => {
  expect(() => spawnSandboxed('true', [], policy as Policy)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  );
});
