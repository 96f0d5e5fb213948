import { expect, test } from 'vitest';
import { type Connection, follow } from '../../dashboard/src/api/follow.ts';

const stream = (text: string) => new Response(text, { headers: { 'content-type': 'text/event-stream' } });

test('after a break it asks for what came behind the last event, with growing pauses', async () => {
  const ending = new AbortController();
  const asked: (string | undefined)[] = [];
  const waits: number[] = [];
  const seen: string[] = [];
  const states: string[] = [];
  const answers = [
    () => stream('id: a-1\nevent: outcome\ndata: {"n":1}\n\nevent: worker-ended\ndata: {}\n\n'),
    () => Promise.reject(new TypeError('no connection')),
    () => new Response('', { status: 503 }),
    () => stream('id: a-2\nevent: outcome\ndata: {"n":2}\n\n'),
  ];
  await follow({
    open: async (last) => {
      asked.push(last);
      const answer = answers.shift();
      if (answer === undefined) {
        ending.abort();
        throw new Error('over');
      }
      return await answer();
    },
    onEvent: ({ event, id }) => seen.push(`${event} ${id ?? '-'}`),
    onConnection: ({ state }) => states.push(state),
    wait: async (ms) => void waits.push(ms),
    now: () => 1_000,
    signal: ending.signal,
  });
  expect(asked).toEqual([undefined, 'a-1', 'a-1', 'a-1', 'a-2']);
  expect(seen).toEqual(['outcome a-1', 'worker-ended -', 'outcome a-2']);
  expect(states).toEqual(['connecting', 'open', 'lost', 'lost', 'lost', 'open', 'lost']);
  expect(waits).toEqual([500, 1_000, 2_000, 500]);
});

test('a service that wants a token is not asked again and again', async () => {
  const states: Connection[] = [];
  await follow({
    open: async () => new Response('', { status: 401 }),
    onEvent: () => {},
    onConnection: (connection) => states.push(connection),
    wait: () => Promise.reject(new Error('no pause is made')),
    signal: new AbortController().signal,
  });
  expect(states.at(-1)).toEqual({ state: 'refused', status: 401 });
});

test('an event without end does not fill the memory', async () => {
  const ending = new AbortController();
  const states: Connection[] = [];
  const chunk = new TextEncoder().encode(`data: ${'x'.repeat(1_024 * 1_024)}`);
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1;
      controller.enqueue(chunk);
    },
  });
  await follow({
    open: async () => new Response(endless),
    onEvent: () => {},
    onConnection: (connection) => states.push(connection),
    wait: async () => ending.abort(),
    signal: ending.signal,
  });
  expect(states.at(-1)?.state).toBe('lost');
  expect(sent).toBeLessThan(20);
});
