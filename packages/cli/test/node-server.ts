import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ExecutorParams } from '@pvf/protocol';
import { onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';

/** What a node that a test runs has in its state, by block. */
export interface ServedState {
  /** Storage, both in hexadecimal with 0x. */
  readonly storage?: Readonly<Record<string, string>>;
  /** Codes of a relay chain's paras. */
  readonly paras?: Readonly<Record<number, Uint8Array>>;
  readonly session?: number;
  readonly executorParams?: Parameters<typeof ExecutorParams.encode>[0];
  /** Undefined: the runtime has no such call. */
  readonly bombLimit?: number;
}

export const FINALIZED = `0x${'ab'.repeat(32)}`;

/** A node's JSON-RPC server with the calls that this program makes. Whatever else is called is refused. */
export async function serveNode(
  blocks: Readonly<Record<string, ServedState | 'discarded'>>,
): Promise<{ url: string; calls: string[] }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const calls: string[] = [];
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const { id, method, params } = JSON.parse(String(data));
      calls.push(method);
      let answer: object;
      try {
        answer = { result: handle(blocks, method, params) };
      } catch (error) {
        answer = { error: { code: -32_000, message: (error as Error).message } };
      }
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
    });
  });
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

function handle(
  blocks: Readonly<Record<string, ServedState | 'discarded'>>,
  method: string,
  params: string[],
): unknown {
  if (method === 'chain_getFinalizedHead') return FINALIZED;
  const block = blocks[params.at(-1) ?? ''];
  if (block === undefined)
    throw new Error('Client error: UnknownBlock: Header was not found in the database');
  if (block === 'discarded') throw new Error('Client error: UnknownBlock: State already discarded for 0x01');
  switch (method) {
    case 'state_getStorage':
      return block.storage?.[params[0] ?? ''] ?? null;
    case 'state_getRuntimeVersion':
      return { specName: 'adder', specVersion: 7, apis: [] };
    case 'state_call':
      return hex(call(block, params[0] ?? '', Buffer.from((params[1] ?? '').slice(2), 'hex')));
    default:
      throw new Error(`Method not found: ${method}`);
  }
}

function call(block: ServedState, name: string, args: Buffer): Uint8Array {
  switch (name) {
    case 'ParachainHost_validation_code': {
      const code = block.paras?.[args.readUInt32LE(0)];
      if (code === undefined) return Uint8Array.of(0);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(code.length * 4 + 2);
      return Buffer.concat([Uint8Array.of(1), length, code]);
    }
    case 'ParachainHost_session_index_for_child':
      return u32(block.session ?? 1);
    case 'ParachainHost_session_executor_params':
      if (args.readUInt32LE(0) !== (block.session ?? 1)) return Uint8Array.of(0);
      return Buffer.concat([Uint8Array.of(1), ExecutorParams.encode(block.executorParams ?? [])]);
    case 'ParachainHost_validation_code_bomb_limit':
      if (block.bombLimit !== undefined) return u32(block.bombLimit);
  }
  throw new Error(`Execution failed: Exported method ${name} is not found`);
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}
