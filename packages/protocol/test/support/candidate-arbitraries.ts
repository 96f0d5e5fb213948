import fc, { type Arbitrary } from 'fast-check';
import type * as protocol from '../../src/index.ts';

const fixed = (length: number): Arbitrary<Uint8Array> =>
  // Zeros are what tells versions of descriptors apart.
  fc.oneof(
    fc.uint8Array({ minLength: length, maxLength: length }),
    fc.constant(length).map((size) => new Uint8Array(size)),
  );
const hash = fixed(32);
const u32 = fc.oneof(fc.constantFrom(0, 1, 0xffff_ffff), fc.nat(0xffff_ffff));

function record<T>(fields: { [K in keyof T]-?: Arbitrary<T[K]> }): Arbitrary<T> {
  return fc.record(fields as never, { noNullPrototype: true }) as Arbitrary<T>;
}

/** Descriptors of all versions. */
export const descriptor = record<protocol.CandidateDescriptor>({
  paraId: u32,
  relayParent: hash,
  version: fc.oneof(fc.nat(3), fc.nat(255)),
  coreIndex: fc.nat(0xffff),
  sessionIndex: u32,
  schedulingSessionOffset: fc.nat(255),
  reserved1: fixed(24),
  persistedValidationDataHash: hash,
  povHash: hash,
  erasureRoot: hash,
  schedulingParent: hash,
  reserved2: hash,
  paraHead: hash,
  validationCodeHash: hash,
});

export const receipt = record<protocol.CandidateReceipt>({ descriptor, commitmentsHash: hash });

export const signal: Arbitrary<protocol.UmpSignal> = fc.oneof(
  record<Extract<protocol.UmpSignal, { type: 'SelectCore' }>>({
    type: fc.constant('SelectCore'),
    coreSelector: fc.nat(255),
    claimQueueOffset: fc.nat(255),
  }),
  record<Extract<protocol.UmpSignal, { type: 'ApprovedPeer' }>>({
    type: fc.constant('ApprovedPeer'),
    value: fc.uint8Array({ maxLength: 64, size: 'max' }),
  }),
);

export const claimQueue: Arbitrary<protocol.ClaimQueue> = fc.uniqueArray(
  record<protocol.ClaimQueueEntry>({ core: u32, paras: fc.array(u32, { maxLength: 5, size: 'max' }) }),
  { selector: ({ core }) => core, maxLength: 6 },
);
