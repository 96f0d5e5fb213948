import { beforeAll, describe, expect, it } from 'vitest';
import type { PvfHost, ValidateRequest } from '../../src/index.ts';
import { atTheEnd, type FakeWorker } from '../support/fake-worker.ts';
import { candidate, startFakeHost, text, VALIDATION_DATA } from '../support/hosts.ts';

let host: PvfHost;
let worker: FakeWorker;
const cleanup = atTheEnd();
beforeAll(async () => {
  ({ host, worker } = await startFakeHost({}, cleanup));
});

describe('an argument that makes no sense is refused by name', () => {
  const bad = (rest: object): ValidateRequest => ({ ...candidate('fine'), ...rest }) as ValidateRequest;

  it.each<[string, ValidateRequest]>([
    ['request', undefined as unknown as ValidateRequest],
    ['code', bad({ code: 'hex' })],
    ['code', bad({ code: new Uint8Array(121 * 1024 * 1024) })],
    ['pov.blockData', bad({ pov: { blockData: new Uint8Array(121 * 1024 * 1024) } })],
    ['executorParams', bad({ executorParams: new Array(10_001).fill({ type: 'WasmExtBulkMemory' }) })],
    ['validationCodeBombLimit', bad({ validationCodeBombLimit: -1 })],
    ['executorParams', bad({ executorParams: [{ type: 'Nonsense' }] })],
    ['executorParams', bad({ executorParams: 7 })],
    ['validationData', bad({ validationData: undefined })],
    [
      'validationData.relayParentStorageRoot',
      bad({ validationData: { ...VALIDATION_DATA, relayParentStorageRoot: text('short') } }),
    ],
    ['validationData.parentHead', bad({ validationData: { ...VALIDATION_DATA, parentHead: 'head' } })],
    [
      'pov.blockData',
      bad({
        pov: { blockData: new Uint8Array(60 * 1024 * 1024) },
        validationData: { ...VALIDATION_DATA, parentHead: new Uint8Array(60 * 1024 * 1024 + 1) },
      }),
    ],
    ['pov.blockData', bad({ pov: {} })],
    ['pov.blockData', bad({ pov: undefined })],
    ['kind', bad({ kind: 'curiosity' })],
    ['relayParent', bad({ relayParent: text('short') })],
    ['schedulingParent', bad({ schedulingParent: text('short') })],
    ['descriptorVersion', bad({ descriptorVersion: { type: 'V9' } })],
    ['executionTimeoutMs', bad({ executionTimeoutMs: 0 })],
    ['deadlineMs', bad({ deadlineMs: Number.NaN })],
    ['signal', bad({ signal: {} })],
  ])('%s', async (field, request) => {
    const error = await host.validate(request).catch((reason) => reason);
    expect(error).toMatchObject({ name: 'HostError', code: 'INVALID_REQUEST' });
    expect(error.meta.field.startsWith(field), error.meta.field).toBe(true);
  });
});

describe('a code hash', () => {
  const hash = 'ab'.repeat(32);
  it.each([
    '',
    '0x',
    hash.slice(1),
    `${hash}0`,
    `0x${hash}00`,
    ` ${hash}`,
    `${hash}\n`,
    `x${hash}`,
    `0x0x${hash}`,
    `${hash.slice(1)}g`,
    7,
    new Uint8Array(32),
    null,
  ])('is no %o', (given) => {
    expect(() => host.forgetFailures(given as string)).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', meta: { field: 'codeHash' } }),
    );
  });

  it.each([hash, `0x${hash}`, hash.toUpperCase()])('is %s', (given) => {
    expect(host.forgetFailures(given)).toBe(0);
  });
});

describe('code', () => {
  it('may be taken in once for many requests', async () => {
    const code = await host.importCode(text('a PVF'));
    const outcomes = await Promise.all([
      host.validate(candidate('1', { code })),
      host.validate(candidate('2', { code: text('a PVF') })),
    ]);
    expect(outcomes.map(({ codeHash }) => codeHash)).toEqual([code.hash, code.hash]);
    expect(worker.count(`prepare-worker-${Buffer.from('a PVF').toString('hex')}`)).toBe(1);
  });

  it('is named by its blake2-256', async () => {
    // RFC 7693 has no vector of 32 bytes; this is Python's hashlib.blake2b(b'abc', digest_size=32).
    expect((await host.importCode(text('abc'))).hash).toBe(
      'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319',
    );
  });

  it('may be large or lie in shared memory', async () => {
    const large = new Uint8Array(new SharedArrayBuffer(3 * 1024 * 1024)).fill(7);
    const [shared, copied] = await Promise.all([
      host.importCode(large),
      host.importCode(Uint8Array.from(large)),
    ]);
    expect(shared.hash).toBe(copied.hash);
  });
});

it('an exception in onProgress harms nothing', async () => {
  const onProgress = (): never => {
    throw new Error('oops');
  };
  expect(await host.validate(candidate('fine', { onProgress }))).toMatchObject({ kind: 'valid' });
});

it('progress tells each step in order', async () => {
  const steps: string[] = [];
  const request = candidate('fine', {
    code: text('not prepared yet'),
    onProgress: ({ type }) => void steps.push(type),
  });
  await host.validate(request);
  await host.validate(request);
  const execution = ['artifact-ready', 'execution-queued', 'executing'];
  expect(steps).toEqual(['hashed', 'preparation-queued', 'preparing', ...execution, 'hashed', ...execution]);
});
