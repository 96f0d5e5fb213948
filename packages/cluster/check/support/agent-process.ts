// An agent in a process of its own, with a real host: `node agent-process.ts SERVERS ID HOURS`. Its clock goes wrong by HOURS.
// Told `fill`, it fills the disk that TMPDIR is on; told `empty`, it makes room again.
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PvfHost } from '@pvf/host';
import { Agent } from '../../dist/index.js';

const [servers = '', id = '', hours = '0'] = process.argv.slice(2);
const RealDate = Date;
const shift = Number(hours) * 3_600_000;
globalThis.Date = class extends RealDate {
  constructor(...given: [] | [number]) {
    super(...((given.length === 0 ? [RealDate.now() + shift] : given) as [number]));
  }
  static override now(): number {
    return RealDate.now() + shift;
  }
} as DateConstructor;

const ballast = join(tmpdir(), 'ballast');
const LARGEST = 64 * 1024 ** 2;

/** Only a disk of its own: nobody else's is filled. */
function fill(): void {
  const { bsize, bavail } = statfsSync(tmpdir());
  if (bsize * bavail > LARGEST) throw new Error(`${tmpdir()} is no small disk`);
  try {
    writeFileSync(ballast, new Uint8Array(LARGEST));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

const host = await PvfHost.start({
  secureMode: false,
  executeWorkers: 2,
  threads: 0,
  templateMemory: 64 * 1024 ** 2,
});
const engine = `node ${host.status().workers.execute.node}`;
process.on('message', (word) => {
  if (word === 'fill') fill();
  else if (word === 'empty') rmSync(ballast, { force: true });
  process.send?.(word);
});
await new Promise<void>((resolve) => {
  process.send?.('up');
  process.once('message', () => resolve());
});
const agent = await Agent.start({ servers, id, executor: host, engine, slots: 2 });
process.once('SIGTERM', () => void agent.close(1_000));
process.send?.('ready');
process.on('disconnect', () => void agent.close());
await agent.ended;
await host.close();
process.exit();
