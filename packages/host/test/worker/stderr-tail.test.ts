import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { StderrTail } from '../../src/worker/stderr-tail.ts';

/** Follows a process that writes these chunks. */
async function followed(...chunks: string[]): Promise<{ explained: string; lines: string[] }> {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line).line) });
  const child = spawn('/bin/sh', ['-c', `cat >&2`], { stdio: ['pipe', 'pipe', 'pipe'], env: {} });
  const tail = new StderrTail(child, { kind: 'execute', logger });
  for (const chunk of chunks) child.stdin.write(chunk);
  child.stdin.end();
  await once(child, 'close');
  return { explained: tail.explain(new Error('it ended')), lines };
}

it('what a worker said last stands behind a message, finished line or not', async () => {
  const { explained, lines } = await followed('first\nsec', 'ond\nlast');
  expect(explained).toBe('it ended; it said: first\nsecond\nlast');
  expect(lines).toEqual(['first', 'second']);
});

it('what a guest said is in the log, and no worker’s last word', async () => {
  const guest = '{"guest":true,"level":50,"msg":"No space left on device"}';
  const { explained, lines } = await followed(`mine\n${guest}\n`, `${guest.slice(0, 20)}`);
  expect(explained).toBe('it ended; it said: mine');
  expect(lines).toEqual(['mine', guest]);
});

it('only its last words are kept', async () => {
  const { explained } = await followed(`${'x'.repeat(5_000)}\nthe end\n`);
  expect(explained).toContain('the end');
  expect(explained.length).toBeLessThan(2_200);
});
