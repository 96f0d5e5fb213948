// Receipts made by hand, each with what the rules say of it. All records of the reference: test/shared.
import { describe, expect, test } from 'vitest';
import * as protocol from '../src/index.ts';
import { failureOf } from './support/failure.ts';
import { fromHex, toHex } from './support/notation.ts';

const fill = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const ZERO = fill(32, 0);

/** A V2 descriptor of zeros, but for what the test is about. */
function descriptor(rest: Partial<protocol.CandidateDescriptor> = {}): protocol.CandidateDescriptor {
  return {
    paraId: 2_000,
    relayParent: fill(32, 1),
    version: 0,
    coreIndex: 3,
    sessionIndex: 7,
    schedulingSessionOffset: 0,
    reserved1: fill(24, 0),
    persistedValidationDataHash: fill(32, 2),
    povHash: fill(32, 3),
    erasureRoot: fill(32, 4),
    schedulingParent: ZERO,
    reserved2: ZERO,
    paraHead: fill(32, 5),
    validationCodeHash: fill(32, 6),
    ...rest,
  };
}

const byteAt = (length: number, position: number) => fill(length, 0).fill(9, position, position + 1);

describe('the version of a descriptor', () => {
  const V1 = { type: 'V1' };
  const V2 = { type: 'V2' };
  const V3 = { type: 'V3' };
  const unknown = (value: number) => ({ type: 'Unknown', value });

  test.each([
    ['zeros', {}, V2, V2],
    ['version byte 1', { version: 1 }, V3, unknown(1)],
    ['version byte 1 and a scheduling parent', { version: 1, schedulingParent: fill(32, 8) }, V3, V1],
    ['version byte 1 and a session offset', { version: 1, schedulingSessionOffset: 1 }, V3, V1],
    ['version byte 2', { version: 2 }, unknown(2), unknown(2)],
    ['version byte 255 and reserved bytes', { version: 255, reserved2: byteAt(32, 31) }, unknown(255), V1],
    ['the first reserved byte', { reserved1: byteAt(24, 0) }, V1, V1],
    ['the last that still decides', { reserved1: byteAt(24, 15) }, V1, V1],
    ['the first that decides by the old rules alone', { reserved1: byteAt(24, 16) }, V2, V1],
    ['the last reserved byte', { reserved1: byteAt(24, 23) }, V2, V1],
    ['half a signature', { reserved2: byteAt(32, 0) }, V2, V1],
  ])('%s', (_, fields, byNewRules, byOldRules) => {
    const made = descriptor(fields);
    expect(protocol.descriptorVersion(made)).toEqual(byNewRules);
    expect(protocol.descriptorVersionByOldRules(made)).toEqual(byOldRules);
    expect(protocol.descriptorForValidation(made, true).version).toEqual(byNewRules);
    expect(protocol.descriptorForValidation(made, false).version).toEqual(byOldRules);
    const agree = JSON.stringify(byNewRules) === JSON.stringify(byOldRules);
    expect(protocol.isVersionConsistent(made)).toBe(agree);
    expect(protocol.isVersionAcceptable(made, false)).toBe(agree);
    expect(protocol.isVersionAcceptable(made, true)).toBe(agree || byNewRules.type === 'V3');
  });
});

test('sessions and scheduling parent are those of the version that validation sees', () => {
  const v3 = descriptor({ version: 1, schedulingParent: fill(32, 8), schedulingSessionOffset: 2 });
  expect(protocol.descriptorForValidation(v3, true)).toEqual({
    version: { type: 'V3' },
    schedulingParent: fill(32, 8),
    schedulingSession: 9,
    sessionIndex: 7,
  });
  expect(protocol.descriptorForValidation(v3, false)).toEqual({
    version: { type: 'V1' },
    schedulingParent: fill(32, 1),
    schedulingSession: undefined,
    sessionIndex: undefined,
  });
  const last = { ...v3, sessionIndex: 0xffff_ffff };
  expect(protocol.descriptorForValidation(last, true).schedulingSession).toBe(0xffff_ffff);
});

test('a descriptor before V3 is scheduled at its relay parent, and only V2 says in which session', () => {
  const relayParent = fill(32, 1);
  const views = [
    [descriptor(), { type: 'V2' }, 7, 7, 7],
    [descriptor({ version: 2 }), { type: 'Unknown', value: 2 }, undefined, undefined, 7],
    [descriptor({ reserved1: fill(24, 9) }), { type: 'V1' }, undefined, undefined, undefined],
  ] as const;
  for (const [given, version, schedulingSession, sessionIndex, describedSession] of views) {
    const seen = { version, schedulingParent: relayParent, schedulingSession, sessionIndex };
    expect([version, protocol.descriptorForValidation(given, true)]).toEqual([version, seen]);
    expect([version, protocol.describeDescriptor(given)]).toEqual([
      version,
      { ...seen, sessionIndex: describedSession },
    ]);
  }
});

test('a receipt has 324 bytes, in the order of the fields', () => {
  const receipt = { descriptor: descriptor(), commitmentsHash: fill(32, 7) };
  const encoded = protocol.CandidateReceipt.encode(receipt);
  const bytes = (byte: string, count: number) => byte.repeat(count);
  expect(toHex(encoded)).toBe(
    `d0070000${bytes('01', 32)}00030007000000${bytes('00', 25)}${bytes('02', 32)}${bytes('03', 32)}` +
      `${bytes('04', 32)}${bytes('00', 64)}${bytes('05', 32)}${bytes('06', 32)}${bytes('07', 32)}`,
  );
  expect(encoded).toHaveLength(324);
  expect(failureOf(() => protocol.CandidateReceipt.decodeExact(Uint8Array.of(...encoded, 0)))).toMatchObject({
    code: 'TRAILING_BYTES',
    meta: { offset: 324, rest: 1 },
  });
  expect(failureOf(() => protocol.CandidateReceipt.decodeExact(encoded.subarray(0, 300)))).toMatchObject({
    code: 'TRUNCATED',
    meta: { path: 'commitmentsHash', offset: 292 },
  });
  const short = { ...receipt, descriptor: descriptor({ povHash: fill(31, 0) }) };
  expect(failureOf(() => protocol.candidateHash(short))).toMatchObject({
    code: 'INVALID_VALUE',
    meta: { path: 'descriptor.povHash' },
  });
});

test('head data is hashed without its length, a PoV with it', () => {
  // Python: hashlib.blake2b(b'', digest_size=32) and of b'\x00'.
  expect(toHex(protocol.headDataHash(new Uint8Array()))).toBe(
    '0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8',
  );
  const empty = { blockData: new Uint8Array() };
  expect(toHex(protocol.povHash(empty))).toBe(
    '03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314',
  );
  expect(
    [0, 63, 64, 16_383, 16_384].map((size) => protocol.povEncodedSize({ blockData: fill(size, 0) })),
  ).toEqual([1, 64, 66, 16_385, 16_388]);
});

const SEPARATOR = new Uint8Array();
const message = fromHex('aabb');
const select = (selector: number, offset = 0) => Uint8Array.of(0, selector, offset);
const peer = (length: number) => Uint8Array.of(1, length << 2, ...fill(length, 5));

describe('signals among upward messages', () => {
  const SELECT = { selectCore: { coreSelector: 2, claimQueueOffset: 1 }, approvedPeer: undefined };
  const none = { selectCore: undefined, approvedPeer: undefined };
  const failed = (type: string) => ({ ok: false, error: { type } });

  test.each([
    ['none without a separator', [message, select(2, 1)], { ok: true, value: none }],
    ['none behind it', [message, SEPARATOR], { ok: true, value: none }],
    ['one', [message, SEPARATOR, select(2, 1)], { ok: true, value: SELECT }],
    ['one with bytes behind it', [SEPARATOR, Uint8Array.of(0, 2, 1, 99)], { ok: true, value: SELECT }],
    [
      'both, in any order',
      [SEPARATOR, peer(3), select(2, 1)],
      { ok: true, value: { ...SELECT, approvedPeer: fill(3, 5) } },
    ],
    ['a second separator', [SEPARATOR, select(2), SEPARATOR], failed('UmpSignalDecode')],
    ['an ordinary message behind it', [SEPARATOR, message], failed('UmpSignalDecode')],
    ['a peer id of 65 bytes', [SEPARATOR, Uint8Array.of(1, 5, 1, ...fill(65, 0))], failed('UmpSignalDecode')],
    ['two of one kind', [SEPARATOR, select(1), select(1)], failed('DuplicateUMPSignal')],
    ['three', [SEPARATOR, select(1), peer(1), message], failed('TooManyUMPSignals')],
    ['two of one kind and a third', [SEPARATOR, peer(1), peer(1), peer(1)], failed('DuplicateUMPSignal')],
  ])('%s', (_, upwardMessages, expected) => {
    expect(protocol.umpSignals({ upwardMessages })).toEqual(expected);
  });
});

describe('signals against the claim queue', () => {
  const COMMITMENTS: protocol.CandidateCommitments = {
    upwardMessages: [],
    horizontalMessages: [],
    newValidationCode: undefined,
    headData: new Uint8Array(),
    processedDownwardMessages: 0,
    hrmpWatermark: 0,
  };
  const TWO_CORES = [
    { core: 5, paras: [2_000, 1] },
    { core: 3, paras: [2_000, 2_000] },
  ];
  const ONE_CORE = [{ core: 3, paras: [2_000] }];
  const V1 = { reserved1: byteAt(24, 0) };
  const V3 = { version: 1 };
  const failed = (type: string, rest: object = {}) => ({ type, ...rest });
  const mismatch = (commitments: number) => failed('CoreIndexMismatch', { descriptor: 3, commitments });

  test.each([
    ['V1 without any', V1, [], [], undefined],
    ['V1 with one', V1, [SEPARATOR, select(0)], ONE_CORE, failed('UMPSignalWithV1Descriptor')],
    ['an unknown version', { version: 9 }, [], ONE_CORE, failed('UnknownVersion', { value: 9 })],
    ['V2 without any, one core', {}, [], ONE_CORE, undefined],
    ['V2 without any, another core', {}, [], [{ core: 4, paras: [2_000] }], mismatch(4)],
    ['V2 without any, one of two cores', {}, [], TWO_CORES, undefined],
    ['V2 without any, none of two cores', { coreIndex: 4 }, [], TWO_CORES, failed('InvalidCoreIndex')],
    ['V2 that selects the first of two cores', {}, [SEPARATOR, select(0)], TWO_CORES, undefined],
    ['V2 that selects the second', {}, [SEPARATOR, select(1)], TWO_CORES, mismatch(5)],
    ['a selector above the count of cores', {}, [SEPARATOR, select(254)], TWO_CORES, undefined],
    ['a depth where another core is', {}, [SEPARATOR, select(0, 1)], TWO_CORES, undefined],
    ['a depth without a core', {}, [SEPARATOR, select(0, 2)], TWO_CORES, failed('NoAssignment')],
    ['a para without a core', { paraId: 7 }, [], TWO_CORES, failed('NoAssignment')],
    ['V3 without any', V3, [], ONE_CORE, failed('NoUMPSignalWithV3Descriptor')],
    ['V3 that approves a peer alone', V3, [SEPARATOR, peer(1)], ONE_CORE, undefined],
    ['what does not decode, before the version', V1, [SEPARATOR, message], [], failed('UmpSignalDecode')],
  ])('%s', (_, fields, upwardMessages, queue, error) => {
    const result = protocol.checkUmpSignals(
      { descriptor: descriptor(fields), commitments: { ...COMMITMENTS, upwardMessages } },
      queue,
    );
    expect(result.ok ? undefined : result.error).toEqual(error);
  });

  test('depths are bytes', () => {
    const paras = Array.from({ length: 257 }, (_, depth) => (depth % 256 === 0 ? 2_000 : 1));
    expect(protocol.transposeClaimQueue([{ core: 3, paras }]).get(2_000)).toEqual(new Map([[0, [3]]]));
  });
});

test.each([
  [
    'the same core twice',
    [
      { core: 1, paras: [] },
      { core: 1, paras: [] },
    ],
    '[1].core',
  ],
  ['a core below zero', [{ core: -1, paras: [] }], '[0].core'],
  ['a core of 2³²', [{ core: 2 ** 32, paras: [] }], '[0].core'],
  ['a core that is no whole number', [{ core: 0.5, paras: [] }], '[0].core'],
  ['a para that is none', [{ core: 0, paras: [Number.NaN] }], '[0].paras[0]'],
  ['no paras', [{ core: 0 }], '[0].paras'],
  ['no queue', {}, ''],
])('a claim queue with %s is refused, with the field', (_, queue, path) => {
  const failure = failureOf(() => protocol.ClaimQueue.encode(queue as protocol.ClaimQueue));
  expect(failure).toMatchObject({ code: 'INVALID_VALUE', meta: { codec: 'ClaimQueue', path } });
});

test('a map on the wire has each core once', () => {
  expect(protocol.ClaimQueue.decodeExact(fromHex('0803000000040700000005000000' + '00'))).toEqual([
    { core: 3, paras: [7] },
    { core: 5, paras: [] },
  ]);
  expect(failureOf(() => protocol.ClaimQueue.decode(fromHex('0803000000000300000000')))).toMatchObject({
    code: 'INVALID_VALUE',
    meta: { path: '[1].core' },
  });
});
