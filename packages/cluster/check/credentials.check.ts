// Who may take part: each kind of credentials on real servers that ask for it, what becomes of those whose credentials are withdrawn
// or expire while they work, and of their work.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADDER_PVF_PATH } from '@pvf/example-adder-pvf';
import { afterAll, beforeAll, expect, type onTestFinished, test } from 'vitest';
import { Connection } from '../src/connection/index.ts';
import { type ClusterError, clusterStatus } from '../src/index.ts';
import { Accounts } from './support/accounts.ts';
import { Authority } from './support/certificates.ts';
import { all, expectRight, given, NEVER } from './support/given.ts';
import { blockDataOf, CODE, entries } from './support/jobs.ts';
import { pvf, startPvf } from './support/pvf.ts';
import { startServers } from './support/servers.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pvf-credentials-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Servers of one test. They run beside each other: most of the time a lease is waited for. */
async function start(extra: string, finished: typeof onTestFinished) {
  const servers = await startServers(1, extra);
  finished(() => servers.close());
  const { agent, run } = given(() => servers.url, finished);
  /** Exit code of `pvf cluster status` with such options. */
  const statusBy = async (...options: string[]): Promise<number | null> =>
    (await pvf(directory, 'cluster', 'status', '--nats', servers.url, ...options)).code;
  return { servers, agent, run, statusBy };
}

async function credentialsFile(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(directory, `${name}.creds`);
  writeFileSync(path, bytes, { mode: 0o600 });
  return path;
}

test.concurrent('with `verify`, servers take who has a certificate of their authority; clients take servers of the one they name', async ({
  onTestFinished,
}) => {
  const [ours, another] = await Promise.all([
    Authority.make(directory, 'ours'),
    Authority.make(directory, 'another'),
  ]);
  const [server, client, stranger] = await Promise.all([
    ours.sign('server'),
    ours.sign('client'),
    another.sign('client'),
  ]);
  const { servers, agent, run, statusBy } = await start(
    `tls { cert_file: "${server.cert}", key_file: "${server.key}", ca_file: "${ours.certificate}", verify: true }`,
    onTestFinished,
  );
  const ca = ours.certificate;
  const tls = { ca, ...client };
  await agent('a', {}, { tls });
  await expectRight(await all(await run({ tls, servers: servers.url.replace('nats:', 'tls:') }), 20));
  expect(await statusBy('--tls-ca', ca, '--tls-cert', client.cert, '--tls-key', client.key)).toBe(0);
  const open = (given: object) => Connection.open({ servers: servers.url, tls: given });
  // Of the server's refusal the client hears nothing but that there is no more.
  await Promise.all(
    [{ ca }, { ca, ...stranger }].map((given) =>
      expect(open(given)).rejects.toMatchObject({ code: 'CONNECTION', meta: { servers: [servers.url] } }),
    ),
  );
  for (const given of [client, { ...client, ca: another.certificate }])
    await expect(open(given)).rejects.toMatchObject({
      code: 'CONNECTION',
      cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    });
  // A certificate of the authority, but for another address.
  await expect(
    Connection.open({ servers: servers.url.replace('127.0.0.1', 'localhost'), tls }),
  ).rejects.toMatchObject({ code: 'CONNECTION', cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
});

test.concurrent('passwords: whoever loses theirs ends with NOT_AUTHORISED, be it an agent or a run; others go on with both', async ({
  onTestFinished,
}) => {
  const { servers, agent, run } = await start(
    'authorization { users: [{ user: a, password: pa }, { user: b, password: pb }] }',
    onTestFinished,
  );
  const b = { user: 'b', password: 'pb' };
  await expect(clusterStatus({ servers: servers.url })).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
  const asA = { servers: servers.url.replace('//', '//a:pa@') };
  const lost = await agent('lost', { waitMs: () => 20 }, asA);
  const kept = await agent('kept', { waitMs: () => 20 }, b);
  const opened = await run({ ...asA, window: 100 });
  const code = await opened.addCode(CODE);
  let taken = 0;
  const taking = (async () => {
    for await (const _ of opened.answers(entries(code, 400), { signal: NEVER })) taken += 1;
  })();
  const told = expect(taking).rejects.toMatchObject({
    code: 'NOT_AUTHORISED',
    message: expect.stringContaining('does not accept the credentials, or not any more'),
  });
  while (taken < 20) await new Promise((resolve) => setTimeout(resolve, 20));
  await servers.list[0]?.reload((text) => text.replace('{ user: a, password: pa }, ', ''));
  const error: ClusterError | undefined = await lost.ended;
  expect(error?.code).toBe('NOT_AUTHORISED');
  expect(error?.message).not.toContain('pa@');
  await told;
  const again = await run({ ...b, name: opened.name });
  expect(again.resumed).toBe(true);
  await expectRight(await all(again, 400));
  // What the lost agent had under way was done once more.
  expect(lost.executor.ran + kept.executor.ran).toBeLessThan(420);
});

test.concurrent('users of an account: who expires or is revoked ends, whose file is renewed stays, and others do the work', async ({
  onTestFinished,
}) => {
  const accounts = new Accounts();
  const { servers, agent, run, statusBy } = await start(await accounts.configuration(), onTestFinished);
  const fileOf = async (name: string, seconds?: number) => {
    const { key, credentials } = await accounts.user(name, seconds);
    return { key, credentials: await credentialsFile(name, credentials) };
  };
  const [kept, revoked, expiring, renewed] = [
    await fileOf('kept'),
    await fileOf('revoked'),
    await fileOf('expiring', 12),
    await fileOf('renewed', 12),
  ];
  await expect(clusterStatus({ servers: servers.url })).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
  const of = ({ credentials }: { credentials: string }) => ({ credentials });
  const manner = { waitMs: () => 100 };
  const [, ...agents] = [
    await agent('kept', manner, of(kept)),
    await agent('revoked', manner, of(revoked)),
    await agent('expiring', manner, of(expiring)),
    await agent('renewed', manner, of(renewed)),
  ];
  const [one, two, three] = agents as [(typeof agents)[0], (typeof agents)[0], (typeof agents)[0]];
  const opened = await run(of(kept));
  const answered = all(opened, 3_000);
  await fileOf('renewed');
  accounts.revoke(revoked.key);
  const line = await accounts.accountLine();
  await servers.list[0]?.reload((text) => text.replace(new RegExp(`${line.split(':')[0]}: \\S+`), line));
  for (const each of [one, two]) expect((await each?.ended)?.code).toBe('NOT_AUTHORISED');
  const before = three.executor.ran;
  await expectRight(await answered);
  expect(three.executor.ran).toBeGreaterThan(before);
  const { agents: left } = await clusterStatus({ servers: servers.url, ...of(kept) });
  expect(left.map(({ id }) => id)).toEqual(['kept', 'renewed']);
  expect(await statusBy('--creds', kept.credentials)).toBe(0);
  expect(await statusBy('--creds', revoked.credentials)).toBe(2);
});

test.concurrent('`pvf` agents and runs whose user is withdrawn end with exit code 2 and say so', async ({
  onTestFinished,
}) => {
  const { servers } = await start(
    'authorization { users: [{ user: a, password: pa }, { user: b, password: pb }] }',
    onTestFinished,
  );
  const password = join(directory, 'password');
  writeFileSync(password, 'pa\n', { mode: 0o600 });
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const [parentHead, relayParentStorageRoot] = ['00000000', '00'.repeat(32)];
  const blockData = hex(blockDataOf(0));
  writeFileSync(
    join(directory, 'one.jsonl'),
    `${JSON.stringify({ parentHead, blockData, relayParentNumber: 1, relayParentStorageRoot })}\n`,
  );
  const as = ['--user', 'a', '--password-file', password, '--store-bytes', String(256 * 1024 ** 2)];
  const started = [
    startPvf(directory, [
      'cluster',
      'agent',
      '--nats',
      servers.url,
      '--id',
      'cli',
      '--insecure',
      '--no-cache',
      ...as,
    ]),
    startPvf(directory, [
      'replay',
      'one.jsonl',
      '--pvf',
      ADDER_PVF_PATH,
      '--cluster',
      servers.url,
      '--redundancy',
      '2',
      ...as,
    ]),
  ];
  const told = started.map(() => '');
  const ended = started.map(
    (child, index) =>
      new Promise((resolve) => {
        for (const stream of [child.stdout, child.stderr])
          stream?.on('data', (chunk: Buffer) => {
            told[index] += chunk.toString();
          });
        child.once('close', resolve);
      }),
  );
  onTestFinished(() => {
    for (const child of started) child.kill('SIGKILL');
  });
  // It makes the stores, as large as it was told.
  while (!told[0]?.includes('takes')) await new Promise((resolve) => setTimeout(resolve, 50));
  const isUp = async () => {
    const { agents, runs } = await clusterStatus({ servers: servers.url, user: 'b', password: 'pb' });
    return agents.length === 1 && (runs[0]?.results ?? 0) > 0;
  };
  while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 100));
  await servers.list[0]?.reload((text) => text.replace('{ user: a, password: pa }, ', ''));
  expect(await Promise.all(ended)).toEqual([2, 2]);
  for (const text of told) expect(text).toMatch(/does not accept the credentials, or not any more/);
});
