/**
 * What a candidate's receipt says, and whether something is what it says: versions of descriptors, the hashes that
 * receipts contain, and the signals among the upward messages that a backer compares with the claim queue.
 *
 * Rules: polkadot-primitives 26.0.0, pinned by the golden records of test/shared/receipt.shared.test.ts.
 */
export * from './descriptor.ts';
export * from './hashes.ts';
export * from './ump-checks.ts';
export * from './ump-signals.ts';
