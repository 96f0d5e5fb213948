import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, ready, serverProgram } from './servers.ts';
import { onSmallDisk } from './small-disk.ts';

const DISK_MIB = 40;

/** A server whose disk is a small one of its own. */
export interface SmallServer {
  readonly url: string;
  /** Leaves no room on its disk. */
  fill(): void;
  /** Makes room again. */
  empty(): void;
  /** Ends it, and waits until it is there again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** It believes that it has room, and finds out when it writes. */
export async function startSmallServer(): Promise<SmallServer> {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-small-nats-'));
  const [port] = await freePorts(1);
  const url = `nats://127.0.0.1:${port}`;
  const [disk, file, pidFile] = ['disk', 'nats.conf', 'pid'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(disk);
  writeFileSync(
    file,
    `listen: "127.0.0.1:${port}"
pid_file: "${pidFile}"
jetstream { store_dir: "${join(disk, 'js')}", max_file_store: 4GB, max_memory_store: 256MB }
`,
  );
  // The mounts must outlive the server: a shell starts it again until its input ends.
  const again = `exec 3<&0; while "$0" -c "$1"; read -r word <&3; do :; done`;
  const [program = '', ...args] = onSmallDisk(DISK_MIB, `"${disk}"`, [
    'sh',
    '-c',
    again,
    serverProgram(),
    file,
  ]);
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  const ballast = `/proc/${child.pid}/root${join(disk, 'ballast')}`;
  const up = () => ready({ url, process: child });
  const end = () => process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGTERM');
  await up();
  return {
    url,
    fill() {
      try {
        writeFileSync(ballast, new Uint8Array(2 * DISK_MIB * 1024 ** 2));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    empty() {
      rmSync(ballast);
    },
    async restart() {
      const before = readFileSync(pidFile, 'utf8');
      end();
      child.stdin.write('again\n');
      while (readFileSync(pidFile, 'utf8') === before)
        await new Promise((resolve) => setTimeout(resolve, 50));
      await up();
    },
    async close() {
      const exit = once(child, 'exit');
      child.stdin.end();
      end();
      await exit;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
