import { expect, it } from 'vitest';
import { type HostEventOf, HostNews } from '../src/host-events.ts';
import { silent } from './support/hosts.ts';

const EVENT = { slow: true, remedy: 'none', sign: 'queue-time', averageQueueMs: 1 } as const;

function listening() {
  const news = new HostNews(silent);
  const seen: HostEventOf<'slow-machine'>[] = [];
  const stop = news.on('slow-machine', (event) => seen.push(event));
  return { news, seen, stop };
}

it('who tells is done with its own step before anybody is told', async () => {
  const { news, seen } = listening();
  news.tell('slow-machine', () => EVENT);
  expect(seen).toEqual([]);
  await Promise.resolve();
  expect(seen).toEqual([{ type: 'slow-machine', ...EVENT }]);
});

it('nobody is told what happened before the end, once it has come', async () => {
  const { news, seen } = listening();
  news.tell('slow-machine', () => EVENT);
  news.end();
  await Promise.resolve();
  expect(seen).toEqual([]);
});

it('an event is made for nobody if nobody listens', () => {
  const { news, stop } = listening();
  stop();
  news.tell('slow-machine', () => {
    throw new Error('it was made');
  });
});
