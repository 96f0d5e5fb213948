import { readdirSync, readlinkSync } from 'node:fs';

const FOLDER = '/proc/self/fd';

/** A descriptor of this process, and what it leads to as proc_pid_fd(5) tells: a path, `pipe:[…]`, `anon_inode:[eventfd]` … */
export interface OpenFile {
  readonly fd: number;
  readonly link: string;
}

/**
 * What this process has open. In a program that still has a root to read; elsewhere see `openDescriptors`.
 * @throws the error of `readdirSync` (no /proc)
 */
export function openFiles(): OpenFile[] {
  return readdirSync(FOLDER).flatMap((name): OpenFile[] => {
    try {
      return [{ fd: Number(name), link: readlinkSync(`${FOLDER}/${name}`) }];
    } catch {
      // The descriptor that listed the folder is gone.
      return [];
    }
  });
}
