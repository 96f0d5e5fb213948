// The whole service with real workers, asked through the client that is made of its description.
import { readFileSync } from 'node:fs';
import { adderChain, encodeAdderBlock, readAdderPvf } from '@pvf/example-adder-pvf';
import type { PvfHost } from '@pvf/host';
import { codeHash, headDataHash, PersistedValidationData, PoV } from '@pvf/protocol';
import { adderReceipt, guest } from '@pvf/test-kit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiSchema, bytes, candidate, type PvfClient } from '../src/client/index.ts';
import { eventsOf } from './support/events.ts';
import { overSocket } from './support/over-socket.ts';
import { BOMB_LIMIT, realHost, serve } from './support/service.ts';

const ends: (() => void | Promise<void>)[] = [];
let host: PvfHost;
let client: PvfClient;
let socket: string;
let url: string;
beforeAll(async () => {
  host = await realHost((end) => ends.push(end));
  ({ client, socket, url } = await serve(host, {}, (end) => ends.push(end)));
}, 120_000);
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const adder = Uint8Array.from(readAdderPvf());
const hex = (value: Uint8Array) => `0x${Buffer.from(value).toString('hex')}`;
const [first] = adderChain([5n]);
const PVF = { executorParams: [], validationCodeBombLimit: BOMB_LIMIT };
const VALIDATION_DATA = {
  parentHead: hex(first!.parentHead),
  relayParentNumber: 9,
  relayParentStorageRoot: hex(new Uint8Array(32)),
  maxPovSize: 1_000_000,
};
const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, binary: true } });
ajv.addSchema(JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')), 'api');

/** That an answer is what its schema says. */
function conforms(name: keyof { [N in Parameters<typeof nothing>[0]]: 0 }, value: unknown): void {
  const validate = ajv.getSchema(`api#/components/schemas/${name}`);
  expect(validate, name).toBeDefined();
  expect(validate?.(value) || validate?.errors).toBe(true);
}
declare function nothing(name: keyof import('../src/client/index.ts').components['schemas']): void;

async function upload(code: Uint8Array<ArrayBuffer> = adder): Promise<string> {
  const { data, error } = await client.POST('/v1/code', bytes(code));
  expect(error).toBeUndefined();
  conforms('StoredCode', data);
  return data!.codeHash;
}

test('code is uploaded once, by its hash, and forgotten when asked', async () => {
  const code = Uint8Array.from(guest('accepts-anything'));
  const hash = hex(codeHash(code));
  const put = () =>
    client.PUT('/v1/code/{codeHash}', { params: { path: { codeHash: hash } }, ...bytes(code) });
  const missing = await client.GET('/v1/code/{codeHash}', { params: { path: { codeHash: hash } } });
  expect(missing.error?.code).toBe('CODE_NOT_FOUND');
  expect((await put()).response.status).toBe(201);
  const again = await put();
  expect(again.response.status).toBe(200);
  expect(again.data).toMatchObject({ codeHash: hash, length: code.length });
  const { data: list } = await client.GET('/v1/code');
  conforms('StoredCodes', list);
  expect(list?.codes.map(({ codeHash }) => codeHash)).toContain(hash);
  const gone = await client.DELETE('/v1/code/{codeHash}', { params: { path: { codeHash: hash } } });
  expect(gone.response.status).toBe(204);
  const other = await client.PUT('/v1/code/{codeHash}', {
    params: { path: { codeHash: hash } },
    ...bytes(Uint8Array.from([...code, 0])),
  });
  expect(other.error).toMatchObject({ status: 400, code: 'CODE_HASH_DIFFERS' });
  conforms('Problem', other.error);
});

test('precheck says the library’s answers, with the vote', async () => {
  const good = await client.POST('/v1/prechecks', { body: { codeHash: await upload(), ...PVF } });
  conforms('PrecheckOutcome', good.data);
  expect(good.data).toMatchObject({ kind: 'ok', vote: 'for' });
  const code = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 255]);
  const bad = await client.POST('/v1/prechecks', { body: { codeHash: await upload(code), ...PVF } });
  conforms('PrecheckOutcome', bad.data);
  expect(bad.data).toMatchObject({ kind: 'failed', vote: 'against', deterministic: true });
});

test('a candidate is validated from JSON, from two parts and from a collator’s file; all the same', async () => {
  const request = { codeHash: await upload(), ...PVF, kind: 'approval' as const };
  const blockData = Uint8Array.from(first!.blockData);
  const json = await client.POST('/v1/validations', {
    body: { ...request, validationData: VALIDATION_DATA, blockData: hex(blockData) },
  });
  const parts = await client.POST(
    '/v1/validations',
    candidate({ ...request, validationData: VALIDATION_DATA }, { blockData }),
  );
  const data = {
    parentHead: first!.parentHead,
    relayParentNumber: 9,
    relayParentStorageRoot: new Uint8Array(32),
    maxPovSize: 1_000_000,
  };
  const exportedPov = Buffer.concat([PoV.encode({ blockData }), PersistedValidationData.encode(data)]);
  const file = await client.POST(
    '/v1/validations',
    candidate(request, { exportedPov: Uint8Array.from(exportedPov) }),
  );
  for (const { data: outcome, error } of [json, parts, file]) {
    expect(error).toBeUndefined();
    conforms('ValidationOutcome', outcome);
    expect(outcome).toMatchObject({
      kind: 'valid',
      vote: 'unchecked',
      result: { headData: hex(first!.head), hrmpWatermark: 9 },
      povSize: blockData.length,
    });
  }
});

test('what the PVF refuses comes with its reason, and is no vote without a receipt', async () => {
  const body = {
    codeHash: await upload(),
    ...PVF,
    kind: 'backing' as const,
    validationData: VALIDATION_DATA,
    blockData: hex(encodeAdderBlock({ state: 1n, add: 5n })),
  };
  const { data } = await client.POST('/v1/validations', { body });
  conforms('ValidationOutcome', data);
  expect(data).toMatchObject({ kind: 'invalid', rule: 'refused-by-pvf', vote: 'unchecked' });
  const outcome = data as Extract<ApiSchema<'ValidationOutcome'>, { kind: 'invalid' }>;
  expect(outcome.detail.limits.cpuTimeMs).toBe(2_000);
});

test('a request whose parts do not go together is refused as the library refuses it', async () => {
  const body = {
    codeHash: await upload(),
    ...PVF,
    kind: 'approval' as const,
    validationData: VALIDATION_DATA,
    blockData: '0x',
    v3Seen: true,
  };
  const { error } = await client.POST('/v1/validations', { body });
  expect(error).toMatchObject({ status: 400, code: 'INVALID_REQUEST', meta: { field: 'v3Seen' } });
  const wrong = await client.POST('/v1/validations', { body: { ...body, receipt: '0x00' } });
  expect(wrong.error).toMatchObject({
    status: 400,
    code: 'INVALID_REQUEST',
    meta: { field: expect.stringMatching(/^receipt/) },
  });
});

test('a precheck that is asked for as a stream tells its steps, then the outcome', async () => {
  const codeHash = await upload(Uint8Array.from(guest('accepts-anything')));
  const { data } = await client.POST('/v1/prechecks', {
    body: { codeHash, ...PVF },
    headers: { accept: 'text/event-stream' },
    parseAs: 'text',
  });
  const events = eventsOf(String(data));
  expect(events.map(({ event }) => event)).toEqual([...Array(events.length - 1).fill('progress'), 'outcome']);
  expect(events.map(({ data: { type } }) => type)).toContain('preparing');
  for (const { event, data: each } of events)
    conforms(event === 'progress' ? 'ProgressEvent' : 'PrecheckOutcome', each);
});

test('state, statistics, artifacts and outcomes are told', async () => {
  await client.POST('/v1/prechecks', { body: { codeHash: await upload(), ...PVF } });
  const { data: status } = await client.GET('/v1/status');
  conforms('Status', status);
  expect(status?.artifacts.prepared).toBeGreaterThan(0);
  expect(status?.security.layers.map(({ name }) => name)).toContain('seccomp');
  const { data: statistics } = await client.GET('/v1/statistics');
  conforms('Statistics', statistics);
  expect(statistics?.minutes.length).toBeGreaterThan(0);
  expect(
    statistics?.histograms.find(({ name }) => name === 'pvf_preparation_cpu_seconds')?.count,
  ).toBeGreaterThan(0);
  const { data: artifacts } = await client.GET('/v1/artifacts');
  conforms('Artifacts', artifacts);
  expect(artifacts?.artifacts.length).toBe(status?.artifacts.prepared);
  const { data: recent } = await client.GET('/v1/outcomes', { params: { query: { limit: '1' } } });
  conforms('RecentOutcomes', recent);
  expect(recent?.outcomes).toMatchObject([{ request: 'precheck', outcome: { kind: 'ok', vote: 'for' } }]);
  const { data: one } = await client.GET('/v1/outcomes/{id}', {
    params: { path: { id: recent!.outcomes[0]!.id } },
  });
  expect(one).toEqual(recent?.outcomes[0]);
});

test('hints and upkeep are passed on', async () => {
  const codeHash = await upload();
  expect(
    (await client.POST('/v1/heads-up', { body: { pvfs: [{ codeHash, ...PVF }] } })).response.status,
  ).toBe(202);
  const leaves = { activated: { hash: hex(new Uint8Array(32)) }, deactivated: [hex(new Uint8Array(32))] };
  expect((await client.POST('/v1/active-leaves', { body: leaves })).response.status).toBe(204);
  expect((await client.DELETE('/v1/failures')).data).toEqual({ forgotten: expect.any(Number) });
  const { data: report } = await client.POST('/v1/artifacts/prune', { body: {} });
  conforms('PruneReport', report);
});

test('supervisors and Prometheus find what they ask for', async () => {
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ alive: true });
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ready: true, state: 'running' });
  const { data } = await client.GET('/metrics', { parseAs: 'text' });
  expect(data).toContain('pvf_outcomes_total');
  expect(data).toContain('pvf_serve_requests_total');
  const served = await (await fetch(`${url}/openapi.json`)).json();
  expect(served).toEqual(JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')));
});

test('over the Unix socket no token is asked for', async () => {
  const { status, body } = await overSocket(socket, { path: '/v1/status' });
  expect(status).toBe(200);
  conforms('Status', JSON.parse(body));
});

test('with a receipt the outcome says how to vote, as the library does', async () => {
  const blockData = Uint8Array.from(first!.blockData);
  const validationData = {
    parentHead: first!.parentHead,
    relayParentNumber: 9,
    relayParentStorageRoot: new Uint8Array(32),
    maxPovSize: 1_000_000,
  };
  const right = { code: adder, blockData, validationData, head: first!.head };
  const request = { codeHash: await upload(), ...PVF, validationData: VALIDATION_DATA, v3Seen: false };
  const ask = async (more: object) => {
    const receipt = hex(adderReceipt(right));
    const all = { ...request, kind: 'approval' as const, receipt, ...more };
    const { data, error } = await client.POST('/v1/validations', candidate(all, { blockData }));
    expect(error).toBeUndefined();
    conforms('ValidationOutcome', data);
    return data;
  };
  expect(await ask({})).toMatchObject({
    kind: 'valid',
    vote: 'for',
    candidateHash: expect.stringMatching(/^0x/),
  });
  const wrong = hex(adderReceipt(right, { paraHead: headDataHash(first!.parentHead) }));
  expect(await ask({ receipt: wrong })).toMatchObject({
    kind: 'invalid',
    vote: 'against',
    rule: 'para-head',
  });
  const chain = { sessionIndexForChild: null, ancestorRelayParentInfo: null, claimQueue: null };
  expect(await ask({ kind: 'backing', chain })).toMatchObject({ kind: 'chain-unavailable', vote: 'abstain' });
  const { data: recent } = await client.GET('/v1/outcomes', { params: { query: { limit: '3' } } });
  expect(recent?.outcomes.map(({ outcome }) => outcome.vote)).toEqual(['for', 'against', 'abstain']);
  const { data: status } = await client.GET('/v1/status');
  expect(status?.execute.templates).toBeGreaterThan(0);
});
