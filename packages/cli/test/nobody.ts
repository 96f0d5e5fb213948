import { once } from 'node:events';
import { createServer } from 'node:net';

/** The address of NATS servers at a port of loopback that nobody listens on. */
export async function nobody(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return `nats://127.0.0.1:${port}`;
}
