// What the compiler keeps callers from forgetting. Checked by `typecheck`: a line that compiles although it is marked as
// an error fails it. Nothing of it runs but the test that says so.
import { expect, expectTypeOf, test } from 'vitest';
import type {
  BareOutcome,
  BareRequest,
  ChainAnswers,
  PrecheckOutcome,
  PrecheckRequest,
  PvfHost,
  ReceiptOutcome,
  ReceiptRequest,
  ValidateRequest,
} from '../src/index.ts';

declare const host: PvfHost;
declare const bytes: Uint8Array;
declare const validationData: ValidateRequest['validationData'];
declare const chain: ChainAnswers;

const compiled = (): void => {
  const pvf = { code: bytes, executorParams: [], validationCodeBombLimit: 1 };
  const inputs = { ...pvf, validationData, pov: { blockData: bytes } };

  // @ts-expect-error executor params must be written, if only as []
  const noParams: PrecheckRequest = { code: bytes, validationCodeBombLimit: 1 };
  // @ts-expect-error the bomb limit is the chain's
  const noLimit: PrecheckRequest = { code: bytes, executorParams: [] };
  // @ts-expect-error a V3 PVF sees both parents
  const noParents: BareRequest = { ...inputs, kind: 'approval', descriptorVersion: { type: 'V3' } };
  const v3 = { ...inputs, kind: 'approval', descriptorVersion: { type: 'V3' } } as const;
  // @ts-expect-error both of them
  const oneParent: BareRequest = { ...v3, relayParent: bytes };
  // @ts-expect-error how a receipt is read depends on it
  const noV3Seen: ReceiptRequest = { ...inputs, kind: 'approval', receipt: bytes };
  // @ts-expect-error backers ask the chain
  const noChain: ReceiptRequest = { ...inputs, kind: 'backing', receipt: bytes, v3Seen: true };
  // @ts-expect-error each of its answers, if only as undefined
  const halfAChain: ChainAnswers = { sessionIndexForChild: 1, ancestorRelayParentInfo: 'found' };
  const claim = { ...inputs, kind: 'approval', receipt: bytes, v3Seen: true } as const;
  // @ts-expect-error the receipt says it
  const twice: ReceiptRequest = { ...claim, relayParent: bytes };
  void [noParams, noLimit, noParents, oneParent, noV3Seen, noChain, halfAChain, twice];

  const bare: BareRequest = { ...inputs, kind: 'backing' };
  const claimed: ReceiptRequest = { ...inputs, kind: 'backing', receipt: bytes, v3Seen: true, chain };
  expectTypeOf(host.validate(bare)).resolves.toEqualTypeOf<BareOutcome>();
  expectTypeOf(host.validate(claimed)).resolves.toEqualTypeOf<ReceiptOutcome>();
};

test('without a receipt the types have no vote, and prechecks keep theirs', () => {
  expect(compiled).toBeTypeOf('function');
  expectTypeOf<BareOutcome['vote']>().toEqualTypeOf<'unchecked' | 'abstain' | 'none'>();
  expectTypeOf<ReceiptOutcome['vote']>().toEqualTypeOf<'for' | 'against' | 'abstain' | 'none'>();
  expectTypeOf<PrecheckOutcome['vote']>().toEqualTypeOf<'for' | 'against' | 'abstain' | 'none'>();
});
