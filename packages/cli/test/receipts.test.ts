// Votes: the adder's block with receipts made for it, right and spoiled, through the real worker programs.
import { readFileSync } from 'node:fs';
import { EXIT } from '@pvf/cli';
import { ADDER_PVF_PATH, adderChain } from '@pvf/example-adder-pvf';
import type { CandidateReceipt } from '@pvf/protocol';
import { adderReceipt } from '@pvf/test-kit';
import { describe, expect, test } from 'vitest';
import { temporaryFile } from './files.ts';
import { run } from './run.ts';

const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`;
const fill = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const [block] = adderChain([5n]);
const { parentHead, head, blockData } = block!;
const validationData = {
  parentHead,
  relayParentNumber: 9,
  relayParentStorageRoot: fill(32, 0),
  maxPovSize: 1_000,
};

const receipt = (rest: Partial<CandidateReceipt['descriptor']> = {}): Uint8Array =>
  adderReceipt({ code: readFileSync(ADDER_PVF_PATH), blockData, validationData, head }, rest);

const CHAIN = { sessionIndexForChild: 7, ancestorRelayParentInfo: null, claimQueue: { 3: [2_000] } };
const pov = () => temporaryFile('pov', blockData);
const base = (path = pov()) => [
  'validate',
  '--no-cache',
  '--pvf',
  ADDER_PVF_PATH,
  '--parent-head',
  hex(parentHead),
  '--pov',
  path,
];
const data = [
  '--relay-parent-number',
  '9',
  '--relay-storage-root',
  hex(fill(32, 0)),
  '--max-pov-size',
  '1000',
];
const withReceipt = (bytes: Uint8Array, ...more: string[]) => [
  ...base(),
  ...data,
  '--receipt',
  hex(bytes),
  ...more,
];

test('with a receipt that holds the vote is for', async () => {
  const { code, stdout } = await run(withReceipt(receipt(), '--v3-seen'));
  expect(stdout).toMatch(/^pov: valid\n {2}vote for: /m);
  expect(code).toBe(EXIT.ok);
});

test('with one that does not, against, and the answer says what differs', async () => {
  const spoiled = receipt({ paraHead: fill(32, 9) });
  const human = await run(withReceipt(spoiled, '--no-v3-seen'));
  expect(human.stdout).toMatch(
    /^pov: invalid, its PVF returned another head than its receipt says\n {2}vote against/m,
  );
  expect(human.code).toBe(EXIT.against);
  const { code, stdout } = await run(
    withReceipt(spoiled, '--no-v3-seen', '--json', '--bomb-limit', '1000000'),
  );
  expect(code).toBe(EXIT.against);
  expect(JSON.parse(stdout)).toMatchObject({
    parameters: {
      executorParams: { given: false, value: [] },
      validationCodeBombLimit: { given: true, value: 1_000_000 },
    },
    candidates: [{ answer: 'vote', outcome: { vote: 'against', rule: 'para-head' } }],
  });
});

test('for backing the chain is compared, and abstained where it did not say', async () => {
  const argv = (chain: object) =>
    withReceipt(receipt(), '--v3-seen', '--kind', 'backing', '--chain', JSON.stringify(chain));
  expect((await run(argv(CHAIN))).code).toBe(EXIT.ok);
  const wire = `0x04${'03000000'}04${'d0070000'}`;
  expect((await run(argv({ ...CHAIN, claimQueue: wire }))).code).toBe(EXIT.ok);
  const other = await run(argv({ ...CHAIN, sessionIndexForChild: 8 }));
  expect(other.code).toBe(EXIT.against);
  const silent = await run(argv({ ...CHAIN, claimQueue: null }));
  expect(silent.code).toBe(EXIT.abstain);
  expect(silent.stdout).toContain('the chain did not say enough (claim-queue)');
});

test('candidate files may hold all of it', async () => {
  const file = (rest: object) =>
    temporaryFile(
      'candidate.json',
      JSON.stringify({
        parentHead: hex(parentHead),
        blockData: hex(blockData),
        relayParentNumber: 9,
        relayParentStorageRoot: hex(fill(32, 0)),
        maxPovSize: 1_000,
        v3Seen: true,
        ...rest,
      }),
    );
  const files = [
    file({ receipt: hex(receipt()) }),
    file({ receipt: hex(receipt({ povHash: fill(32, 0) })) }),
  ];
  const argv = ['validate', '--no-cache', '--json', '--pvf', ADDER_PVF_PATH, '--candidate', ...files];
  const { code, stdout } = await run(argv);
  expect(code).toBe(EXIT.against);
  expect(JSON.parse(stdout).candidates).toMatchObject([
    { outcome: { vote: 'for' } },
    { outcome: { vote: 'against', rule: 'pov-hash' } },
  ]);
});

test('the limit on the PoV holds without a receipt', async () => {
  const { code, stdout } = await run([...base(), '--max-pov-size', '3']);
  expect(code).toBe(EXIT.against);
  expect(stdout).toMatch(
    /^pov: not accepted, its PoV is larger than its validation data allow\n {2}no vote/m,
  );
});

describe('what is wrong with a claim is named', () => {
  const good = receipt();
  const chain = (value: unknown) =>
    withReceipt(good, '--v3-seen', '--kind', 'backing', '--chain', JSON.stringify(value));

  test.each([
    ['a receipt that is none', () => withReceipt(fill(10, 0), '--v3-seen'), 'BAD_CLAIM', '--receipt'],
    ['bytes behind it', () => withReceipt(Uint8Array.of(...good, 0), '--v3-seen'), 'BAD_CLAIM', '--receipt'],
    [
      'text that is no receipt',
      () => [...base(), ...data, '--receipt', 'zz', '--v3-seen'],
      'BAD_HEX',
      '--receipt',
    ],
    ['no word of V3', () => withReceipt(good), 'BAD_CLAIM', '--v3-seen'],
    ['no chain', () => withReceipt(good, '--v3-seen', '--kind', 'backing'), 'BAD_CLAIM', '--chain'],
    [
      'half a chain',
      () => chain({ sessionIndexForChild: 7 }),
      'BAD_CLAIM',
      '--chain.ancestorRelayParentInfo',
    ],
    [
      'a core that is none',
      () => chain({ ...CHAIN, claimQueue: { x: [] } }),
      'BAD_CLAIM',
      '--chain.claimQueue[0].core',
    ],
    [
      'a core twice',
      () =>
        chain({
          ...CHAIN,
          claimQueue: [
            { core: 1, paras: [] },
            { core: 1, paras: [] },
          ],
        }),
      'BAD_CLAIM',
      '--chain.claimQueue[1].core',
    ],
    [
      'a chain that is no JSON',
      () => withReceipt(good, '--v3-seen', '--kind', 'backing', '--chain', '{'),
      'BAD_CLAIM',
      '--chain',
    ],
    [
      'no size of PoVs',
      () => [...base(), ...data.slice(0, 4), '--receipt', hex(good), '--v3-seen'],
      'BAD_USAGE',
      '--max-pov-size',
    ],
    [
      'no storage root',
      () => [...base(), ...data.slice(0, 2), '--receipt', hex(good), '--v3-seen'],
      'BAD_USAGE',
      '--relay-storage-root',
    ],
    [
      'no relay parent number',
      () => [...base(), '--receipt', hex(good), '--v3-seen'],
      'BAD_USAGE',
      '--relay-parent-number',
    ],
    [
      'a version beside it',
      () => withReceipt(good, '--v3-seen', '--descriptor-version', '2'),
      'BAD_USAGE',
      '--descriptor-version',
    ],
    ['V3 without parents', () => [...base(), '--descriptor-version', '3'], 'BAD_USAGE', '--relay-parent'],
    [
      'V3 without one of them',
      () => [...base(), '--descriptor-version', '3', '--relay-parent', hex(fill(32, 1))],
      'BAD_USAGE',
      '--scheduling-parent',
    ],
    ['V3 seen without receipt', () => [...base(), '--v3-seen'], 'BAD_USAGE', '--v3-seen'],
  ])('%s', async (_, argv, code, what) => {
    const { code: exit, stdout } = await run([...argv(), '--json']);
    expect(exit).toBe(EXIT.badInput);
    const { error } = JSON.parse(stdout);
    expect(error.code).toBe(code);
    expect(error.meta.field ?? error.meta.option ?? error.meta.what).toContain(what);
    expect(error.remedy).toBeTruthy();
  });
});
