import type { HostError, HostErrorCode } from '@pvf/host';

/** What to do on the command line about an error of the host, whose own message speaks to programmers. */
export function hostRemedy(error: HostError): string | undefined {
  const code: HostErrorCode = error.code;
  switch (code) {
    case 'WORKER_NOT_FOUND':
    case 'WORKER_NOT_EXECUTABLE':
    case 'WORKER_UNUSABLE':
    case 'WORKER_VERSION':
      return 'reinstall @pvf/cli, or name the programs with --prepare-worker and --execute-worker';
    case 'CACHE_DIR':
      return 'name another directory with --cache-dir, or do without one: --no-cache';
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
