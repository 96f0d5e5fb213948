import type { HostError, HostErrorCode } from '@pvf/host';

const REINSTALL =
  'reinstall @pvf/cli (or keep the programs of a release in one folder), or name them with --prepare-worker and --execute-worker';

/** What a shell, Node and the kernel say when the limit of processes is met. */
const NO_PROCESSES = /EAGAIN|Cannot fork|pthread_create|Resource temporarily unavailable/i;

/** A worker's Node that gets no threads hangs. */
const NO_ANSWER = /no answer within/;
const HANGS = 'free this machine of other work, or let this user start more processes and threads: ulimit -u';

const FILTERED = /a system-call filter around this program/;

/** What to do on the command line about an error of the host, whose own message speaks to programmers. */
export function hostRemedy(error: HostError): string | undefined {
  const code: HostErrorCode = error.code;
  switch (code) {
    case 'WORKER_NOT_FOUND':
      return REINSTALL;
    case 'WORKER_UNUSABLE':
      if (NO_PROCESSES.test(error.message))
        return 'let this user start more processes and threads: ulimit -u';
      // The message tells what to do.
      if (FILTERED.test(error.message)) return undefined;
      return NO_ANSWER.test(error.message) ? HANGS : REINSTALL;
    case 'WORKER_VERSION':
      return REINSTALL;
    case 'UNTESTED_NODE':
      return 'install a Node that is named, or use this one all the same: --allow-untested-node';
    // The message tells what to do.
    case 'WORKER_NOT_EXECUTABLE':
      return undefined;
    case 'CACHE_DIR':
      return 'name another directory with --cache-dir, or do without one: --no-cache (TMPDIR must be writable)';
    case 'CURRENT_DIR':
    case 'LIMITS_TOO_LOW':
    case 'TRIAL_FAILED':
      return undefined;
    case 'NOT_SECURE':
      return '`pvf doctor` tells what is missing and why; --insecure runs all the same';
    case 'INVALID_REQUEST':
    case 'INVALID_OPTION':
    case 'HOST_CLOSED':
      return undefined;
    default:
      return unreachable(code);
  }
}

function unreachable(code: never): never {
  throw new TypeError(`unknown error code ${code}`);
}
