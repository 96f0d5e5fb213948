import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { addressOf } from '@pvf/sandbox-linux';
import type { Target } from './attempt.ts';
import { AT_FDCWD, call, memory, text } from './native.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_STREAM = 1;
const BACKLOG = 1000;
const MAX_HANDLE_BYTES = 128;
/** What attempts leave in the directory outside where nothing stops them. */
const LEFT = ['new', 'link', 'directory', 'null', 'fifo', 'renamed', 'second', 'filler'];

type Services = Pick<
  Target,
  'victim' | 'handle' | 'hostName' | 'tcpPort' | 'abstractSocket' | 'socketPath'
> & {
  /** Undoes what an attempt has done to the directory outside, where that is in reach. */
  readonly restore: () => void;
};

/** The world outside the sandbox: a file and listening sockets, made without an event loop. */
export function hostServices(outside: string): Services {
  const victim = `${outside}/victim`;
  const restore = (): void => {
    try {
      for (const name of LEFT) rmSync(`${outside}/${name}`, { recursive: true, force: true });
      writeFileSync(victim, 'secret');
      chmodSync(victim, 0o666);
    } catch {
      // Out of reach for this worker, and so for its jobs.
    }
  };
  restore();
  const abstractSocket = `pvf-hostile-${process.pid}`;
  const socketPath = `${outside}/socket-${process.pid}`;
  listenUnix(`\0${abstractSocket}`);
  listenUnix(`${socketPath}\0`);
  chmodSync(socketPath, 0o777);
  return {
    victim,
    handle: handleOf(victim),
    hostName: hostname(),
    tcpPort: listenTcp(),
    abstractSocket,
    socketPath,
    restore,
  };
}

function must(result: number): number {
  if (result < 0) throw new Error(`the surroundings cannot be made: errno ${-result}`);
  return result;
}

function listenUnix(name: string): void {
  const address = Buffer.concat([Buffer.of(AF_UNIX, 0), Buffer.from(name)]);
  const fd = must(call('socket', AF_UNIX, SOCK_STREAM, 0));
  must(call('bind', fd, memory(address), address.length));
  must(call('listen', fd, BACKLOG));
}

function listenTcp(): number {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(AF_INET);
  address.set([127, 0, 0, 1], 4);
  const fd = must(call('socket', AF_INET, SOCK_STREAM, 0));
  must(call('bind', fd, memory(address), address.length));
  must(call('listen', fd, BACKLOG));
  const length = Buffer.alloc(4);
  length.writeInt32LE(address.length);
  must(call('getsockname', fd, addressOf(address), memory(length)));
  return address.readUInt16BE(2);
}

/** Empty where the file system has no handles. */
function handleOf(path: string): Buffer {
  const handle = Buffer.alloc(8 + MAX_HANDLE_BYTES);
  handle.writeUInt32LE(MAX_HANDLE_BYTES);
  const result = call('name_to_handle_at', AT_FDCWD, text(path), addressOf(handle), memory(4), 0);
  return result < 0 ? Buffer.alloc(8) : handle;
}
