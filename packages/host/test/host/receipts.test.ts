import { CandidateReceipt, ValidationResult } from '@pvf/protocol';
import { zstdBomb } from '@pvf/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChainAnswers, PvfHost, ReceiptRequest, ValidateRequest } from '../../src/index.ts';
import { atTheEnd, type FakeWorker } from '../support/fake-worker.ts';
import { candidate, progressOf, startFakeHost, text, VALIDATION_DATA } from '../support/hosts.ts';
import { CHAIN, CORE, claimed, hexHashOf, PARA, receiptOf, SESSION } from '../support/receipts.ts';

const RESULT: ValidationResult = {
  headData: text('the new head'),
  newValidationCode: undefined,
  upwardMessages: [text('a message'), new Uint8Array(), Uint8Array.of(0, 0, 0)],
  horizontalMessages: [{ recipient: 1_000, data: text('hello') }],
  processedDownwardMessages: 2,
  hrmpWatermark: 17,
};
const BLOCK = text('a block');
const other = (length = 32) => new Uint8Array(length).fill(0xee);

let host: PvfHost;
let worker: FakeWorker;
const cleanup = atTheEnd();
beforeAll(async () => {
  ({ host, worker } = await startFakeHost({ executeWorkers: 1 }, cleanup));
  worker.setResult(BLOCK, ValidationResult.encode(RESULT));
});

const REQUEST = candidate(BLOCK);
const RECEIPT = receiptOf(REQUEST, RESULT);
const withDescriptor = (rest: Partial<CandidateReceipt['descriptor']>): CandidateReceipt =>
  receiptOf(REQUEST, RESULT, rest);
const backing = { ...REQUEST, kind: 'backing' } as const;

describe('what a receipt claims is compared', () => {
  it.each(['approval', 'dispute', 'backing', 'backing-system'] as const)(
    'and holds, for a %s',
    async (kind) => {
      for (const receipt of [RECEIPT, CandidateReceipt.encode(RECEIPT)]) {
        expect(await host.validate(claimed({ ...REQUEST, kind }, receipt))).toMatchObject({
          kind: 'valid',
          vote: 'for',
          result: RESULT,
          candidateHash: hexHashOf(RECEIPT),
        });
      }
    },
  );

  it.each([
    ['validation-data-hash', { persistedValidationDataHash: other() }, 0],
    ['pov-hash', { povHash: other() }, 0],
    ['code-hash', { validationCodeHash: other() }, 0],
    ['para-head', { paraHead: other() }, 1],
  ] as const)('%s', async (rule, descriptor, attempts) => {
    const outcome = await host.validate(claimed(REQUEST, withDescriptor(descriptor)));
    expect(outcome).toMatchObject({ kind: 'invalid', vote: 'against', rule, attempts });
  });

  it('commitments-hash', async () => {
    const outcome = await host.validate(claimed(REQUEST, { ...RECEIPT, commitmentsHash: other() }));
    expect(outcome).toMatchObject({
      kind: 'invalid',
      vote: 'against',
      rule: 'commitments-hash',
      attempts: 1,
    });
  });

  it('one after the other, in the order of the reference', async () => {
    const wrong = {
      persistedValidationDataHash: other(),
      povHash: other(),
      validationCodeHash: other(),
      sessionIndex: 99,
      paraHead: other(),
    };
    const rules: string[] = [];
    const tight = { ...backing, validationData: { ...VALIDATION_DATA, maxPovSize: 3 } };
    const commitmentsHash = other();
    const repairs: [keyof typeof wrong, keyof CandidateReceipt['descriptor']][] = [
      ['persistedValidationDataHash', 'persistedValidationDataHash'],
      ['povHash', 'povHash'],
      ['validationCodeHash', 'validationCodeHash'],
      ['sessionIndex', 'sessionIndex'],
      ['paraHead', 'paraHead'],
    ];
    const ofTight = receiptOf(tight, RESULT, wrong).descriptor;
    const first = await host.validate(claimed(tight, { descriptor: ofTight, commitmentsHash }));
    const right = receiptOf(tight, RESULT).descriptor;
    const second = await host.validate(
      claimed(tight, {
        descriptor: { ...ofTight, persistedValidationDataHash: right.persistedValidationDataHash },
        commitmentsHash,
      }),
    );
    for (const outcome of [first, second]) if (outcome.kind === 'invalid') rules.push(outcome.rule);
    let descriptor = { ...RECEIPT.descriptor, ...wrong };
    for (const [field] of repairs) {
      descriptor = { ...descriptor, [field]: RECEIPT.descriptor[field] };
      const outcome = await host.validate(claimed(backing, { descriptor, commitmentsHash }));
      rules.push(outcome.kind === 'invalid' ? outcome.rule : outcome.kind);
    }
    expect(rules).toEqual([
      'validation-data-hash',
      'pov-size',
      'pov-hash',
      'code-hash',
      'scheduling-session',
      'para-head',
      'commitments-hash',
    ]);
  });
});

describe('the size of the PoV', () => {
  const sized = (maxPovSize: number) => ({ ...VALIDATION_DATA, maxPovSize });
  // 7 bytes and a length of one byte.
  const exact = sized(8);
  const tooSmall = sized(7);

  it('counts as encoded, with a receipt and without', async () => {
    const fits = { ...REQUEST, validationData: exact };
    const large = { ...REQUEST, validationData: tooSmall };
    expect(await host.validate(fits)).toMatchObject({ kind: 'valid', vote: 'unchecked' });
    expect(await host.validate(large)).toMatchObject({
      kind: 'invalid',
      vote: 'unchecked',
      rule: 'pov-size',
      attempts: 0,
    });
    expect(await host.validate(claimed(fits, receiptOf(fits, RESULT)))).toMatchObject({ vote: 'for' });
    expect(await host.validate(claimed(large, receiptOf(large, RESULT)))).toMatchObject({
      vote: 'against',
      rule: 'pov-size',
    });
  });

  it('counts before decompression, and before anything is prepared', async () => {
    const code = text('a PVF that is never needed');
    const blob = zstdBomb(1024 * 1024);
    const outcome = await host.validate(candidate(blob, { code, validationData: sized(blob.length) }));
    expect(outcome).toMatchObject({ rule: 'pov-size', artifact: undefined });
    expect(worker.count(`prepare-worker-${Buffer.from(code).toString('hex')}`)).toBe(0);
  });
});

describe('for backing the chain is asked', () => {
  const v3 = (rest: Partial<CandidateReceipt['descriptor']> = {}) =>
    withDescriptor({ version: 1, schedulingParent: new Uint8Array(32).fill(2), ...rest });
  const chain = (rest: Partial<ChainAnswers>): ChainAnswers => ({ ...CHAIN, ...rest });

  it.each([
    ['another session', RECEIPT, chain({ sessionIndexForChild: SESSION + 1 }), 'scheduling-session'],
    [
      'the session of a V3 scheduling parent',
      v3({ schedulingSessionOffset: 1 }),
      chain({ ancestorRelayParentInfo: 'found' }),
      'scheduling-session',
    ],
    [
      'another session of the relay parent than of its child, which is the same block’s',
      v3({ schedulingParent: RECEIPT.descriptor.relayParent, schedulingSessionOffset: 1 }),
      chain({ sessionIndexForChild: SESSION + 1, ancestorRelayParentInfo: 'found' }),
      'relay-parent-session',
    ],
    ['an unknown relay parent', v3(), chain({ ancestorRelayParentInfo: 'missing' }), 'relay-parent-session'],
    ['another core', RECEIPT, chain({ claimQueue: [{ core: 4, paras: [2_000] }] }), 'ump-signals'],
  ])('%s', async (_, receipt, answers, rule) => {
    const outcome = await host.validate(claimed(backing, receipt, answers));
    expect(outcome).toMatchObject({ kind: 'invalid', vote: 'against', rule });
    expect(outcome).toMatchObject({ attempts: rule === 'ump-signals' ? 1 : 0 });
    if (rule === 'ump-signals') {
      const umpSignals = { type: 'CoreIndexMismatch', descriptor: 3, commitments: 4 };
      expect(outcome).toMatchObject({ umpSignals });
    }
  });

  it.each([
    ['scheduling-session', RECEIPT, chain({ sessionIndexForChild: undefined })],
    ['relay-parent-session', v3(), chain({ ancestorRelayParentInfo: undefined })],
    ['claim-queue', RECEIPT, chain({ claimQueue: undefined })],
  ] as const)('and abstained where it does not say: %s', async (cause, receipt, answers) => {
    const outcome = await host.validate(claimed(backing, receipt, answers));
    expect(outcome).toMatchObject({ kind: 'chain-unavailable', vote: 'abstain', cause, attempts: 0 });
  });

  it('but what is wrong by itself is known without it', async () => {
    const nothing = {
      sessionIndexForChild: undefined,
      ancestorRelayParentInfo: undefined,
      claimQueue: undefined,
    };
    const outcome = await host.validate(claimed(backing, withDescriptor({ povHash: other() }), nothing));
    expect(outcome).toMatchObject({ kind: 'invalid', rule: 'pov-hash' });
  });

  it.each([
    ['found', 'found'],
    ['on a runtime that cannot tell', 'not-supported'],
  ] as const)('and a relay parent of another session is %s', async (_, ancestorRelayParentInfo) => {
    const outcome = await host.validate(claimed(backing, v3(), chain({ ancestorRelayParentInfo })));
    expect(outcome).toMatchObject({ kind: 'valid', vote: 'for' });
  });

  it('but not for approvals', async () => {
    const receipt = withDescriptor({ sessionIndex: 99, coreIndex: 99 });
    expect(await host.validate(claimed(REQUEST, receipt))).toMatchObject({ kind: 'valid', vote: 'for' });
  });
});

it('a vote needs a receipt, whatever the PVF says', async () => {
  const answers = ['refuses', 'job-timed-out', 'job-died', 'dies', 'runtime-construction'];
  for (const block of answers) {
    const bare = candidate(block, { kind: 'backing' });
    expect(await host.validate(bare)).toMatchObject({ vote: 'unchecked', candidateHash: undefined });
    expect(await host.validate(claimed(bare, receiptOf(bare, RESULT)))).toMatchObject({ vote: 'against' });
  }
  const faulty = candidate('internal-error', { kind: 'backing' });
  expect(await host.validate(claimed(faulty, receiptOf(faulty, RESULT)))).toMatchObject({ vote: 'abstain' });
});

it('large PoVs are hashed off the main thread, and the same', async () => {
  const block = new Uint8Array(3 * 1024 * 1024).fill(7);
  worker.setResult(block, ValidationResult.encode({ ...RESULT, newValidationCode: block }));
  const request = candidate(block);
  const receipt = receiptOf(request, { ...RESULT, newValidationCode: block });
  expect(await host.validate(claimed(request, receipt))).toMatchObject({ kind: 'valid', vote: 'for' });
});

it('a receipt may change after the call', async () => {
  const receipt = CandidateReceipt.encode(RECEIPT);
  const waiting = progressOf('hashed');
  const outcome = host.validate({
    ...claimed(REQUEST, receipt),
    onProgress: waiting.onProgress,
  } as ReceiptRequest);
  receipt.fill(0);
  expect(await outcome).toMatchObject({ vote: 'for' });
});

it('what the chain says may change after the call', async () => {
  const claimQueue = [{ core: CORE, paras: [PARA] }];
  const waiting = progressOf('hashed');
  const outcome = host.validate({
    ...claimed(backing, RECEIPT, { ...CHAIN, claimQueue }),
    onProgress: waiting.onProgress,
  } as ReceiptRequest);
  claimQueue[0]!.core = CORE + 1;
  claimQueue[0]!.paras[0] = PARA + 1;
  claimQueue.push({ core: CORE + 2, paras: [PARA] });
  expect(await outcome).toMatchObject({ kind: 'valid', vote: 'for' });
});

describe('a claim that makes no sense is refused by name', () => {
  const short = { ...RECEIPT, descriptor: { ...RECEIPT.descriptor, povHash: other(31) } };
  const bytes = CandidateReceipt.encode(RECEIPT);
  const bad = (rest: object, base: object = claimed(backing, RECEIPT)): ValidateRequest =>
    ({ ...base, ...rest }) as ValidateRequest;
  const queue = (claimQueue: unknown) => bad({ chain: { ...CHAIN, claimQueue } });

  it.each<[string, string, ValidateRequest]>([
    ['no bytes', 'receipt.descriptor.paraId', bad({ receipt: new Uint8Array() })],
    ['cut bytes', 'receipt.commitmentsHash', bad({ receipt: bytes.subarray(0, 323) })],
    ['bytes behind it', 'receipt', bad({ receipt: Uint8Array.of(...bytes, 0) })],
    ['a short hash', 'receipt.descriptor.povHash', bad({ receipt: short })],
    ['hexadecimal', 'receipt', bad({ receipt: '0x00' })],
    [
      'a version above a byte',
      'receipt.descriptor.version',
      bad({ receipt: { ...RECEIPT, descriptor: { ...RECEIPT.descriptor, version: 256 } } }),
    ],
    ['no word of V3', 'v3Seen', bad({ v3Seen: undefined })],
    ['another relay parent', 'relayParent', bad({ relayParent: other() })],
    ['another scheduling parent', 'schedulingParent', bad({ schedulingParent: other() })],
    ['another version', 'descriptorVersion', bad({ descriptorVersion: { type: 'V2' } })],
    ['no chain', 'chain', bad({ chain: undefined })],
    [
      'an incomplete chain',
      'chain.claimQueue',
      bad({ chain: { sessionIndexForChild: 1, ancestorRelayParentInfo: 'found' } }),
    ],
    [
      'a session that is none',
      'chain.sessionIndexForChild',
      bad({ chain: { ...CHAIN, sessionIndexForChild: -1 } }),
    ],
    [
      'a session of 2³²',
      'chain.sessionIndexForChild',
      bad({ chain: { ...CHAIN, sessionIndexForChild: 2 ** 32 } }),
    ],
    ['half a session', 'chain.sessionIndexForChild', bad({ chain: { ...CHAIN, sessionIndexForChild: 1.5 } })],
    [
      'an answer that is none',
      'chain.ancestorRelayParentInfo',
      bad({ chain: { ...CHAIN, ancestorRelayParentInfo: 'maybe' } }),
    ],
    [
      'a core twice',
      'chain.claimQueue[1].core',
      queue([
        { core: 1, paras: [] },
        { core: 1, paras: [] },
      ]),
    ],
    ['a core of 2³²', 'chain.claimQueue[0].core', queue([{ core: 2 ** 32, paras: [] }])],
    ['a para that is none', 'chain.claimQueue[0].paras[1]', queue([{ core: 1, paras: [1, 'x'] }])],
    ['a queue that is none', 'chain.claimQueue', queue(7)],
    ['a chain for an approval', 'chain', bad({ chain: CHAIN }, claimed(REQUEST, RECEIPT))],
    ['a chain without receipt', 'chain', bad({ chain: CHAIN }, backing)],
    ['V3 seen without receipt', 'v3Seen', bad({ v3Seen: true }, REQUEST)],
    ['V3 without relay parent', 'relayParent', bad({ descriptorVersion: { type: 'V3' } }, REQUEST)],
    [
      'V3 without scheduling parent',
      'schedulingParent',
      bad({ descriptorVersion: { type: 'V3' }, relayParent: other() }, REQUEST),
    ],
    ['a version that is none', 'descriptorVersion', bad({ descriptorVersion: { type: 'V4' } }, REQUEST)],
    [
      'an unknown version above a byte',
      'descriptorVersion.Unknown.value',
      bad({ descriptorVersion: { type: 'Unknown', value: 256 } }, REQUEST),
    ],
    ['no executor params', 'executorParams', bad({ executorParams: undefined }, REQUEST)],
    ['no bomb limit', 'validationCodeBombLimit', bad({ validationCodeBombLimit: undefined }, REQUEST)],
  ])('%s: %s', async (_, field, request) => {
    const error = await host.validate(request).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'HostError', code: 'INVALID_REQUEST', meta: { field } });
  });

  it('for prechecks and heads-ups too', async () => {
    const pvf = { code: text('x'), executorParams: [] } as never;
    const expected = { code: 'INVALID_REQUEST', meta: { field: 'validationCodeBombLimit' } };
    await expect(host.precheck(pvf)).rejects.toMatchObject(expected);
    await expect(host.headsUp([pvf])).rejects.toMatchObject(expected);
  });
});
