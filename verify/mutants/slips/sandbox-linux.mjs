import { slip } from '../slip.mjs';

const src = (path) => `packages/sandbox-linux/src/${path}`;
const policy = [['sandbox-linux', 'test/plan', 'test/groups']];

export const slips = [
  slip(
    'the default list lets io_uring pass',
    src('policy/syscall-groups.ts'),
    "!['@exec', '@sockets', '@metadata'].includes(name)",
    "!['@exec', '@sockets', '@metadata', '@io-uring'].includes(name)",
    policy,
  ),
  slip(
    'clone may make namespaces',
    src('policy/syscall-groups.ts'),
    "    { name: 'clone', args: [{ index: 0, op: 'any-bits', value: ALL_NEW_NAMESPACES }] },\n",
    '',
    policy,
  ),
  slip(
    'clone3 may make namespaces',
    src('policy/syscall-groups.ts'),
    "    { name: 'clone3', action: { errno: 'ENOSYS' } },\n",
    '',
    policy,
  ),
  slip(
    'only one kind of namespace is refused',
    src('policy/syscall-groups.ts'),
    '  CLONE_NEWNS | CLONE_NEWCGROUP |',
    '  CLONE_NEWCGROUP |',
    policy,
  ),
];
