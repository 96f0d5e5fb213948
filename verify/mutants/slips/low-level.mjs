import { slip } from '../slip.mjs';

// Descriptors, memory, mounts and Landlock's rights, each a bit, a flag or a count off.
const src = (path) => `packages/linux/src/${path}`;
const io = [['linux', 'test/io', 'test/descriptors']];
const mounts = [['linux', 'test/identity']];
const landlock = [['linux', 'test/landlock']];

export const slips = [
  slip(
    'programs of a new root may change their user',
    src('mounts/mount.ts'),
    '(options.noSuid === true ? MS_NOSUID : 0)',
    '0',
    mounts,
  ),
  slip(
    'a new root may have devices',
    src('mounts/mount.ts'),
    '(options.noDev === true ? MS_NODEV : 0)',
    '0',
    mounts,
  ),
  slip(
    'programs of a new root may be run',
    src('mounts/mount.ts'),
    '(options.noExec === true ? MS_NOEXEC : 0)',
    '0',
    mounts,
  ),
  slip(
    'devices of blocks may be made',
    src('landlock/access.ts'),
    "'make-block': { bit: 1 << 11, abi: 1 },",
    "'make-block': { bit: 1 << 12, abi: 1 },",
    landlock,
  ),
  slip(
    'truncating came with a later ABI',
    src('landlock/access.ts'),
    'truncate: { bit: 1 << 14, abi: 3 },',
    'truncate: { bit: 1 << 14, abi: 4 },',
    landlock,
  ),
  slip(
    'a right of the newest ABI is forgotten',
    src('landlock/access.ts'),
    "'ioctl-dev': { bit: 1 << 15, abi: 5 },",
    "'ioctl-dev': { bit: 0, abi: 5 },",
    landlock,
  ),
  slip(
    'memory files survive exec',
    src('io/memfd.ts'),
    'MFD_ALLOW_SEALING | (options.inherit === true ? 0 : MFD_CLOEXEC)',
    'MFD_ALLOW_SEALING',
    io,
  ),
  slip(
    'memory files may be run',
    src('io/memfd.ts'),
    'let fd = sys3(NR.memfd_create, path, flags | MFD_NOEXEC_SEAL, 0);',
    'let fd = sys3(NR.memfd_create, path, flags, 0);',
    io,
  ),
  slip(
    'a seal against writing in future is one against writing',
    src('io/memfd.ts'),
    "'future-write': F_SEAL_FUTURE_WRITE,",
    "'future-write': F_SEAL_WRITE,",
    io,
  ),
  slip(
    'a wait that a signal has interrupted begins anew',
    src('io/poll.ts'),
    '    if (!forever) left = Math.max(0, deadline - monotonicMs());\n',
    '',
    io,
  ),
  slip(
    'fractions of a millisecond are not waited for',
    src('io/poll.ts'),
    'Math.floor((left - seconds * 1000) * 1e6)',
    'Math.floor(left - seconds * 1000) * 1e6',
    io,
  ),
  slip(
    'more than sixteen descriptors are watched in the table of sixteen',
    src('io/poll.ts'),
    'table = reserve(POLLFD_BYTES * count * 2);',
    'table = reserve(POLLFD_BYTES * count - 8);',
    io,
  ),
  slip(
    'what is left of a write begins at its start',
    src('io/descriptors.ts'),
    'const rest = done === 0 ? buffer : buffer.subarray(done);',
    'const rest = buffer.subarray(0, buffer.length - done);',
    io,
  ),
  slip(
    'a read at a place is one at the beginning',
    src('io/descriptors.ts'),
    'sysBuffer(NR.pread64, fd, buffer, buffer.length, offset)',
    'sysBuffer(NR.pread64, fd, buffer, buffer.length, 0)',
    io,
  ),
  slip(
    'only the first few hundred descriptors are seen',
    src('io/open-descriptors.ts'),
    '    if (bytes === 0) break;\n',
    '    if (bytes === 0 || found.length > 0) break;\n',
    io,
  ),
];
