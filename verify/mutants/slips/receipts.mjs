import { slip } from '../slip.mjs';

// What a receipt says: descriptors, signals, the claim queue.
const src = (path) => `packages/protocol/src/${path}`;
const suites = (...files) => [['protocol', ...files.map((file) => `test/${file}`)]];

export const slips = [
  slip(
    'a core that serves a para twice at a depth counts twice',
    src('receipt/ump-checks.ts'),
    'if (cores.at(-1) !== core) cores.push(core);',
    'cores.push(core);',
    suites('receipt'),
  ),
  slip('depths do not wrap', src('receipt/ump-checks.ts'), 'position & 0xff', 'position', suites('receipt')),
  slip(
    'the order of the claim queue decides',
    src('receipt/ump-checks.ts'),
    '[...queue].sort((a, b) => a.core - b.core)',
    'queue',
    suites('receipt'),
  ),
  slip(
    'a single core need not be the first',
    src('receipt/ump-checks.ts'),
    'selectCore === undefined && cores.length > 1',
    'selectCore === undefined && cores.length > 0',
    suites('receipt'),
  ),
  slip(
    'a selector is not taken modulo',
    src('receipt/ump-checks.ts'),
    '(selectCore?.coreSelector ?? 0) % cores.length',
    'Math.min(selectCore?.coreSelector ?? 0, cores.length - 1)',
    suites('receipt'),
  ),
  slip(
    'V3 may come without signals',
    src('receipt/ump-checks.ts'),
    "if (isEmpty) return failed({ type: 'NoUMPSignalWithV3Descriptor' });",
    '',
    suites('receipt'),
  ),
  slip(
    'a peer alone is no signal',
    src('receipt/ump-checks.ts'),
    'signals.selectCore === undefined && signals.approvedPeer === undefined',
    'signals.selectCore === undefined',
    suites('receipt'),
  ),
  slip(
    'the session of a V3 wraps around',
    src('receipt/descriptor.ts'),
    'Math.min(sessionIndex + schedulingSessionOffset, MAX_SESSION)',
    '(sessionIndex + schedulingSessionOffset) >>> 0',
    suites('receipt'),
  ),
  slip(
    'all reserved bytes decide about V1',
    src('receipt/descriptor.ts'),
    'descriptor.reserved1.subarray(0, V1_PROBE_BYTES)',
    'descriptor.reserved1',
    suites('receipt'),
  ),
  slip(
    'a V2 names no session for scheduling',
    src('receipt/descriptor.ts'),
    'schedulingSession: sessionIndex, sessionIndex }',
    'schedulingSession: undefined, sessionIndex }',
    suites('receipt'),
  ),
  slip(
    'a V3 is acceptable before the chain has enabled it',
    src('receipt/descriptor.ts'),
    'isVersionConsistent(descriptor) || (v3Enabled && ',
    'isVersionConsistent(descriptor) || (',
    suites('receipt'),
  ),
  slip(
    'signals are counted before they are read',
    src('receipt/ump-signals.ts'),
    'messages.slice(0, MAX_SIGNALS)',
    'messages',
    suites('receipt'),
  ),
  slip(
    'the second of two signals of a kind counts',
    src('receipt/ump-signals.ts'),
    "if (known !== undefined) return { ok: false, error: { type: 'DuplicateUMPSignal' } };",
    '',
    suites('receipt'),
  ),
  slip(
    'the last empty message separates',
    src('receipt/ump-signals.ts'),
    'upwardMessages.findIndex(',
    'upwardMessages.findLastIndex(',
    suites('receipt'),
  ),
];
