import { OutputError } from './stream-errors.ts';

/** What a machine can run out of, by the error code of the system call: the cause and what to do. */
const SHORTAGES: Readonly<Record<string, [cause: string, remedy: string]>> = {
  ENOSPC: [
    'no space is left on a disk, or no inode',
    'free some, or name another directory with --cache-dir',
  ],
  EDQUOT: ["the user's quota of a disk is used up", 'free some, or name another directory with --cache-dir'],
  EROFS: ['a file system is mounted read-only', 'name another directory with --cache-dir'],
  EIO: ['a disk or terminal failed', 'see the log of the kernel (dmesg)'],
  EMFILE: ['this process may not open more files', 'raise the limit: ulimit -n'],
  ENFILE: ['this machine may not open more files', 'raise the limit: sysctl fs.file-max'],
  EAGAIN: ['this user may not start more processes or threads', 'raise the limit: ulimit -u'],
  ERR_WORKER_INIT_FAILED: ['this user may not start more threads', 'raise the limit: ulimit -u'],
  ENOMEM: ['this machine has no memory left', 'free some, or raise the limit: ulimit -v'],
};

const FULL_DISK = /\b(ENOSPC|EDQUOT|No space left on device|Disk quota exceeded)\b/;

/** An error that is not the caller's, as text and JSON tell it. */
export interface Failure {
  readonly code: 'OUTPUT_FAILED' | 'MACHINE_SHORTAGE' | 'DEFECT';
  readonly message: string;
  readonly remedy: string;
  readonly meta: { readonly systemError?: string };
}

/** Cause and remedy of an error that is not the caller's: a shortage of the machine, else a defect of this program. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OutputError)
    return {
      code: 'OUTPUT_FAILED',
      message: error.message,
      remedy: 'direct it to another file, or free the disk',
      meta: {},
    };
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  const shortage = code === undefined ? undefined : SHORTAGES[code];
  if (shortage !== undefined) {
    const [cause, remedy] = shortage;
    const meta = { systemError: code as string };
    return { code: 'MACHINE_SHORTAGE', message: `${cause} (${message})`, remedy, meta };
  }
  const [text] = String(error).split('\n');
  return {
    code: 'DEFECT',
    message: `a defect of this program: ${text}`,
    remedy: 'report it with the command line; PVF_DEBUG=1 shows where',
    meta: {},
  };
}

/** Whether a text of this machine (never one of a guest's) tells of a full disk. */
export function tellsOfFullDisk(text: string): boolean {
  return FULL_DISK.test(text);
}
