// Events with replay, and the end of the service: whoever waits gets an outcome.
import { expect, onTestFinished, test } from 'vitest';
import { eventsOf, type TestEvent } from './support/events.ts';
import type { FakeHost } from './support/fake-host.ts';
import { VALIDATION } from './support/fake-host.ts';
import { overSocket, overTcp } from './support/over-socket.ts';
import { AUTHORIZED, BOMB_LIMIT, serveFake } from './support/service.ts';

const CODE_TYPE = { 'content-type': 'application/octet-stream' };

function tell(fake: FakeHost, number: number): void {
  const outcome = { ...VALIDATION, kind: 'valid', vote: 'for', requestId: `r${number}` };
  fake.tell({ type: 'outcome', request: 'backing', outcome } as never);
}

/** Follows events; `next` resolves with the first `count` once they are there. */
async function follow(url: string, headers: Record<string, string> = {}, query = '') {
  const control = new AbortController();
  onTestFinished(() => control.abort());
  const response = await fetch(`${url}/v1/events${query}`, {
    headers: { ...AUTHORIZED, ...headers },
    signal: control.signal,
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const whole = () => eventsOf(text.slice(0, text.lastIndexOf('\n\n') + 2));
  return {
    async next(count: number): Promise<TestEvent[]> {
      while (whole().length < count) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
      }
      return whole();
    },
    async end(): Promise<TestEvent[]> {
      return await this.next(Number.POSITIVE_INFINITY);
    },
  };
}

const idsOf = (events: readonly TestEvent[]) => events.map(({ data }) => data.outcome.requestId);

test('events come as they happen, and those after Last-Event-ID first', async () => {
  const { url, fake } = await serveFake();
  const live = await follow(url);
  for (const number of [1, 2, 3]) tell(fake, number);
  const seen = await live.next(3);
  expect(seen.map(({ event }) => event)).toEqual(['outcome', 'outcome', 'outcome']);
  expect(idsOf(seen)).toEqual(['r1', 'r2', 'r3']);
  const again = await follow(url, { 'last-event-id': seen[0]!.id as string });
  tell(fake, 4);
  expect(idsOf(await again.next(3))).toEqual(['r2', 'r3', 'r4']);
  const byQuery = await follow(url, {}, `?after=${seen[1]!.id}`);
  expect(idsOf(await byQuery.next(2))).toEqual(['r3', 'r4']);
  const all = await follow(url, {}, '?after=start');
  expect((await all.next(4)).map(({ id }) => id).slice(0, 3)).toEqual(seen.map(({ id }) => id));
});

test('what is lost is told: events that are no longer kept, and another run’s', async () => {
  const { url, fake } = await serveFake({ limits: { keptEvents: 2 } });
  const live = await follow(url);
  tell(fake, 1);
  const [first] = await live.next(1);
  for (const number of [2, 3, 4]) tell(fake, number);
  const late = await (await follow(url, { 'last-event-id': first!.id as string })).next(3);
  expect(late[0]).toMatchObject({ event: 'gap', id: undefined, data: { reason: 'too-old', missed: 1 } });
  expect(idsOf(late.slice(1))).toEqual(['r3', 'r4']);
  const other = await (await follow(url, { 'last-event-id': '0123456789ab-1' })).next(3);
  expect(other[0]).toMatchObject({ event: 'gap', data: { reason: 'restarted' } });
  expect(idsOf(other.slice(1))).toEqual(['r3', 'r4']);
});

test('streams have a limit; a closed one makes room', async () => {
  const { url } = await serveFake({ limits: { streams: 1 } });
  const control = new AbortController();
  const first = await fetch(`${url}/v1/events`, { headers: AUTHORIZED, signal: control.signal });
  expect(first.status).toBe(200);
  const second = await overTcp(url, { path: '/v1/events', headers: AUTHORIZED });
  expect([second.status, JSON.parse(second.body).code]).toEqual([429, 'TOO_MANY_STREAMS']);
  control.abort();
  await expect
    .poll(
      async () => {
        const again = new AbortController();
        const { status } = await fetch(`${url}/v1/events`, { headers: AUTHORIZED, signal: again.signal });
        again.abort();
        return status;
      },
      { timeout: 30_000 },
    )
    .toBe(200);
});

async function withPrecheck(limits = {}) {
  const served = await serveFake({ limits });
  const { socket, fake } = served;
  const uploaded = await overSocket(socket, {
    path: '/v1/code',
    method: 'POST',
    headers: CODE_TYPE,
    body: 'code',
  });
  const { codeHash } = JSON.parse(uploaded.body);
  const ask = (headers = {}) =>
    overSocket(socket, {
      path: '/v1/prechecks',
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ codeHash, executorParams: [], validationCodeBombLimit: BOMB_LIMIT }),
    });
  const asked = (count: number) => expect.poll(() => fake.asked.length, { timeout: 30_000 }).toBe(count);
  return { ...served, ask, asked };
}

test('at the end whoever waits gets an outcome that abstains, as JSON or as a stream', async () => {
  const { server, url, ask, asked } = await withPrecheck();
  const live = await follow(url);
  const json = ask();
  const stream = ask({ accept: 'text/event-stream' });
  await asked(2);
  const closed = server.close(0);
  const abstains = { kind: 'cancelled', cause: 'host-closed', vote: 'abstain' };
  expect(JSON.parse((await json).body)).toMatchObject(abstains);
  const events = eventsOf((await stream).body);
  expect(events).toMatchObject([{ event: 'outcome', data: abstains }]);
  expect(await live.end()).toEqual([]);
  await closed;
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test('what ends within the grace keeps its outcome; nothing new is taken meanwhile', async () => {
  const { server, fake, ask, asked, socket } = await withPrecheck();
  const first = ask();
  await asked(1);
  const closed = server.close(20_000);
  fake.asked[0]?.conclude({ kind: 'ok', vote: 'for' });
  expect(JSON.parse((await first).body)).toMatchObject({ kind: 'ok', vote: 'for' });
  await closed;
  await expect(overSocket(socket, { path: '/healthz' })).rejects.toThrow();
});

test('while it ends, readiness and new requests say so', async () => {
  const { server, fake, ask, asked, socket } = await withPrecheck();
  const first = ask();
  await asked(1);
  const closed = server.close(20_000);
  const ready = await overSocket(socket, { path: '/readyz' });
  expect([ready.status, JSON.parse(ready.body).state]).toEqual([503, 'shutting-down']);
  const refused = await ask();
  expect([refused.status, JSON.parse(refused.body).code]).toEqual([503, 'SHUTTING_DOWN']);
  expect(refused.headers['retry-after']).toBeDefined();
  fake.asked[0]?.conclude({ kind: 'ok', vote: 'for' });
  await Promise.all([first, closed]);
});

test('requests at once have a limit', async () => {
  const { ask, asked, fake } = await withPrecheck({ requestsAtOnce: 1 });
  const first = ask();
  await asked(1);
  const second = await ask();
  expect([second.status, JSON.parse(second.body).code]).toEqual([503, 'BUSY']);
  fake.asked[0]?.conclude({ kind: 'ok', vote: 'for' });
  expect((await first).status).toBe(200);
});

test('a client that leaves takes its request back', async () => {
  const { url, fake, asked, client, socket } = await withPrecheck();
  const { codes } = JSON.parse((await overSocket(socket, { path: '/v1/code' })).body);
  const control = new AbortController();
  const body = { codeHash: codes[0].codeHash, executorParams: [], validationCodeBombLimit: BOMB_LIMIT };
  const left = client.POST('/v1/prechecks', { body, signal: control.signal }).catch((error) => error.name);
  await asked(1);
  control.abort();
  expect(await left).toBe('AbortError');
  await expect.poll(() => fake.asked[0]?.signal.aborted, { timeout: 30_000 }).toBe(true);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});
