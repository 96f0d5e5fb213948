import type { ProgressEvent } from '@pvf/host';
import type { Terminal } from '../output/terminal.ts';

/** Shows a request's steps under its name. Steps that take no time worth telling are left out. */
export function showProgress(terminal: Terminal, name: string): (event: ProgressEvent) => void {
  return (event) => {
    const text = describe(event);
    if (text !== undefined) terminal.step(`${name}: ${text}`);
  };
}

function describe(event: ProgressEvent): string | undefined {
  switch (event.type) {
    case 'waiting':
      return 'waiting for its turn';
    case 'preparing':
      return 'preparing (compiling ahead of time)';
    case 'executing':
      return event.attempt > 1 ? `executing, attempt ${event.attempt}` : 'executing';
    case 'retrying':
      return `trying again in ${event.afterMs} ms (${event.cause})`;
    case 'hashed':
    case 'preparation-queued':
    case 'artifact-ready':
    case 'execution-queued':
      return undefined;
    default:
      return unreachable(event);
  }
}

function unreachable(event: never): never {
  throw new TypeError(`unknown progress event ${JSON.stringify(event)}`);
}
