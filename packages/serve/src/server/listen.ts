import { chmodSync, lstatSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, connect, isIP } from 'node:net';
import { ServeError } from '../errors.ts';

/** sun_path of unix(7) has 108 bytes with the zero that ends it. */
const MAX_SOCKET_PATH_BYTES = 107;
const OWNER_ONLY = 0o600;

/**
 * Listens on a Unix socket that only its owner may connect to, from its first moment on. A socket that a service left
 * behind is replaced; one that somebody answers on is not.
 * @throws ServeError SOCKET
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES)
    throw new ServeError(
      'SOCKET',
      { path },
      `the path of socket ${path} is longer than ${MAX_SOCKET_PATH_BYTES} bytes; take a shorter one`,
    );
  const present = lstatSync(path, { throwIfNoEntry: false });
  if (present !== undefined) {
    if (!present.isSocket())
      throw new ServeError('SOCKET', { path }, `${path} is there already and no socket; name another path`);
    if (await answers(path))
      throw new ServeError(
        'SOCKET',
        { path },
        `another service listens on ${path}; end it, or name another path`,
      );
    rmSync(path, { force: true });
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new ServeError(
          'SOCKET',
          { path },
          `cannot listen on ${path}: ${error.code}; is its directory there and writable?`,
        ),
      ),
    );
    // Node binds within the call: nobody can connect before the mode is set.
    const mask = process.umask(0o777 ^ OWNER_ONLY);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(mask);
    }
  });
  chmodSync(path, OWNER_ONLY);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * Listens on TCP; the port that was given, or that the kernel chose for 0.
 * @throws ServeError LISTEN
 */
export async function listenOnPort(server: Server, address: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new ServeError(
          'LISTEN',
          { address, port },
          `cannot listen on ${address} port ${port}: ${error.code}; take another port`,
        ),
      ),
    );
    server.listen(port, address, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Whether only programs of this machine reach an address. */
export function isLoopback(address: string): boolean {
  if (address === 'localhost' || address === '::1') return true;
  return isIP(address) === 4 && address.startsWith('127.');
}
