import type { checkServerIdentity } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkServerVersion, natsOptions, shownServers } from '../src/connection/index.ts';
import { ClusterError } from '../src/errors.ts';
import {
  agentVersion,
  checkName,
  consumerFilter,
  consumerName,
  jobSubject,
  PARTITIONS,
  partitionOf,
  placeOfResult,
  resultSubject,
  versionToken,
} from '../src/names.ts';
import { sizesOf } from '../src/store/limits.ts';
import { VERSION } from '../src/version.ts';

const place = { run: 'night_1', index: 2050, replica: 1 };
const codeOf = (call: () => unknown) => {
  try {
    call();
    return undefined;
  } catch (error) {
    return (error as ClusterError).code;
  }
};

test('a job lies in the partition of its PVF, for agents of this version alone', () => {
  const hash = `0b${'0'.repeat(62)}`;
  const subject = jobSubject(place, hash);
  expect(partitionOf(hash)).toBe(0x0b % PARTITIONS);
  expect(subject.startsWith(consumerFilter(partitionOf(hash), agentVersion()).slice(0, -1))).toBe(true);
  for (const other of ['9.9.9', agentVersion('9.9.9')])
    expect(subject.startsWith(consumerFilter(partitionOf(hash), other).slice(0, -1))).toBe(false);
  expect(versionToken('1.2.3-rc.1+x')).toMatch(/^[\w-]+$/);
});

test('an agent is of the version of its package and workers, which a subject can hold', () => {
  expect([agentVersion(), agentVersion(VERSION)]).toEqual([VERSION, VERSION]);
  expect(agentVersion('9.9.9-next.1+2')).toBe(`${VERSION} with workers 9.9.9-next.1+2`);
  expect(consumerName(3, agentVersion('9.9.9'))).toMatch(/^agents-[\w-]+-3$/);
  for (const workers of ['', 'x'.repeat(31), '1 2', '1.2>'])
    expect([workers, codeOf(() => agentVersion(workers))]).toEqual([workers, 'INVALID_OPTION']);
});

test('a result tells its place, and nothing else is one', () => {
  expect(placeOfResult(resultSubject(place))).toEqual(place);
  for (const subject of [
    'pvf.results.a.0.2050.1',
    'pvf.results.a.2.2050',
    'pvf.jobs.a.2.2050.1',
    'pvf.results.a b.2.2050.1',
  ])
    expect(placeOfResult(subject)).toBeUndefined();
});

test.each(['', 'a.b', 'a b', '*', 'x'.repeat(65), 'ü'])('%j is no name', (name) => {
  expect(codeOf(() => checkName('name', name))).toBe('INVALID_OPTION');
});

test.each(['2.9.10', '1.4.1', '2.9.99', 'unknown', ''])('server %j is refused', (version) => {
  expect(codeOf(() => checkServerVersion(version))).toBe('SERVER_VERSION');
});

test.each(['2.10.0', '2.10.29', '2.15.3', '3.0.0', '2.11.0-dev'])('server %j is taken', (version) => {
  expect(() => checkServerVersion(version)).not.toThrow();
});

test('an address may hold a name and password, a token, or several servers, and TLS', () => {
  expect(natsOptions({ servers: 'nats://me:p%40ss@a:1,b' })).toMatchObject({
    servers: ['a:1', 'b:4222'],
    user: 'me',
    pass: 'p@ss',
  });
  expect(natsOptions({ servers: 'nats://t0ken@a' })).toMatchObject({ token: 't0ken' });
  expect(natsOptions({ servers: 'tls://a' }).tls).toEqual({});
  const ca = fileURLToPath(import.meta.url);
  expect(natsOptions({ servers: 'nats://a', tls: { ca } }).tls).toEqual({ caFile: ca });
  expect(natsOptions({ servers: 'nats://a' }).tls).toBeUndefined();
});

test('a certificate is for the address that was given, also where that is no name', () => {
  const checkOf = (servers: string) => {
    const { tls } = natsOptions({ servers }) as {
      tls?: { checkServerIdentity?: typeof checkServerIdentity };
    };
    return tls?.checkServerIdentity;
  };
  const certificate = (subjectaltname: string) =>
    ({ subject: { CN: 'x' }, subjectaltname }) as Parameters<typeof checkServerIdentity>[1];
  const check = checkOf('tls://10.0.0.1,tls://[fd00::1]:4222');
  for (const own of ['IP Address:10.0.0.1', 'IP Address:FD00:0:0:0:0:0:0:1'])
    expect(check?.('localhost', certificate(own))).toBeUndefined();
  for (const another of ['IP Address:10.0.0.2', 'DNS:localhost', 'DNS:10.0.0.1'])
    expect(check?.('localhost', certificate(another))).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  // The client tells Node the name.
  expect(checkOf('tls://nats-0,tls://10.0.0.1')).toBeUndefined();
});

test.each(['http://a', 'nats://', '::', ''])('%j is no address', (servers) => {
  expect(codeOf(() => natsOptions({ servers }))).toBe('INVALID_OPTION');
});

test('credentials that cannot be read are told at once, and secrets of addresses never', () => {
  const own = fileURLToPath(import.meta.url);
  for (const given of [
    { credentials: '/nowhere/x.creds' },
    { credentials: own },
    { nkey: '/nowhere/x.nk' },
    { nkey: own },
    { tls: { ca: '/nowhere/ca.pem' } },
    { tls: { key: '/nowhere/key.pem' } },
  ])
    expect([given, codeOf(() => natsOptions({ servers: 'a', ...given }))]).toEqual([given, 'INVALID_OPTION']);
  expect(shownServers('nats://me:secret@a:1,secret@b')).toEqual(['nats://a:1', 'b']);
});

test('the store is shared out, and what cannot be is refused', () => {
  const { replicas, bytes } = sizesOf({ storeBytes: 2 ** 30 }, true);
  expect(replicas).toBe(3);
  const sum = Object.values(bytes).reduce((total, size) => total + size, 0);
  expect(sum).toBeLessThanOrEqual(2 ** 30);
  expect(sum).toBeGreaterThan(2 ** 30 - 100);
  expect(codeOf(() => sizesOf({ replicas: 2 }, true))).toBe('INVALID_OPTION');
  expect(codeOf(() => sizesOf({ storeBytes: 1024 }, false))).toBe('INVALID_OPTION');
});

test('errors carry code and metadata', () => {
  const error = new ClusterError('STORE_FULL', { name: 'PVF_JOBS' }, 'text');
  expect([error.name, error.code, error.meta.name, error.message]).toEqual([
    'ClusterError',
    'STORE_FULL',
    'PVF_JOBS',
    'text',
  ]);
});
