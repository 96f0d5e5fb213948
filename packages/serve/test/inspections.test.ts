// How the service looks into modules: with whose params, how many at once, and what becomes of it at the end.
import { expect, test } from 'vitest';
import type { Inspect } from '../src/index.ts';
import { overSocket } from './support/over-socket.ts';
import { serveFake } from './support/service.ts';

const CODE_TYPE = { 'content-type': 'application/octet-stream' };

async function withCode(inspect: Inspect) {
  const served = await serveFake({ inspect });
  const code = { path: '/v1/code', method: 'POST', headers: CODE_TYPE, body: 'code' };
  const { codeHash } = JSON.parse((await overSocket(served.socket, code)).body);
  const path = `/v1/code/${codeHash}/inspection`;
  const ask = async (params?: string) => {
    const query = params === undefined ? '' : `?${new URLSearchParams({ executorParams: params })}`;
    const { status, body } = await overSocket(served.socket, { path: `${path}${query}` });
    return { status, body: JSON.parse(body) };
  };
  return { ...served, ask };
}

test('the code goes to it, with executor params of the query as JSON or bytes', async () => {
  const asked: unknown[] = [];
  const { ask } = await withCode(async (code, params) => {
    asked.push([Buffer.from(code).toString(), params]);
    return { warnings: ['one'], report: { imports: [] } };
  });
  expect(await ask()).toEqual({ status: 200, body: { warnings: ['one'], report: { imports: [] } } });
  await ask('[{"MaxMemoryPages":4096}]');
  await ask('0x040100100000');
  const pages = [{ type: 'MaxMemoryPages', value: 4_096 }];
  expect(asked).toEqual([
    ['code', []],
    ['code', pages],
    ['code', pages],
  ]);
  for (const wrong of ['{', '{}', '[1]', '[{"MaxMemoryPages":"x"}]', '0x0', '0x04ff'])
    expect(await ask(wrong), wrong).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  expect(asked).toHaveLength(3);
});

test('two run at once, in order; a failure is told with its reason', async () => {
  const running: ((error: Error) => void)[] = [];
  const { ask } = await withCode(() => new Promise((_, reject) => running.push(reject)));
  const answers = [ask(), ask(), ask()];
  await expect.poll(() => running.length, { timeout: 30_000 }).toBe(2);
  running[0]?.(new Error('it is too strange'));
  await expect.poll(() => running.length, { timeout: 30_000 }).toBe(3);
  for (const end of running) end(new Error('it is too strange'));
  for (const answer of answers)
    expect(await answer).toMatchObject({
      status: 422,
      body: { code: 'INSPECTION_FAILED', detail: 'it is too strange' },
    });
});

test('the end of the service takes back what runs and what waits, each with a problem', async () => {
  let begun = 0;
  const { ask, server } = await withCode(
    (_code, _params, signal) =>
      new Promise((_, reject) => {
        begun += 1;
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  const answers = [ask(), ask(), ask()];
  await expect.poll(() => begun, { timeout: 30_000 }).toBe(2);
  const closed = server.close(0);
  for (const answer of answers)
    expect(await answer).toMatchObject({ status: 503, body: { code: 'SHUTTING_DOWN' } });
  await closed;
});
