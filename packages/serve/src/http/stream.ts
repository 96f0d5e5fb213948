import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' };

/** An event of a stream; `data` becomes one line of JSON. */
export function eventText(event: string, data: unknown, id?: string): string {
  return rawEventText(event, JSON.stringify(data), id);
}

/** The same of a line of JSON. */
export function rawEventText(event: string, line: string, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${line}\n\n`;
}

/**
 * Begins an event stream in place of an answer. Headers that hooks have set go along. A comment from time to time keeps it
 * alive; a reader that takes nothing for `idleMs` is given up.
 */
export function openStream(reply: FastifyReply, idleMs: number): ServerResponse {
  const { raw } = reply;
  const set = Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined);
  reply.hijack();
  raw.writeHead(200, { ...(Object.fromEntries(set) as Record<string, string>), ...HEADERS });
  raw.flushHeaders();
  raw.socket?.setTimeout(idleMs);
  // Nothing is written to a reader that has not taken what there is: its silence is then noticed.
  const beat = setInterval(() => {
    if (!raw.writableNeedDrain && !raw.writableEnded) raw.write(': \n\n');
  }, idleMs / 2);
  raw.once('close', () => clearInterval(beat));
  return raw;
}
