import { GivenArtifacts } from '../../src/worker/given-artifacts.ts';
import type { WorkerProcess } from '../../src/worker/process.ts';
import { concat } from './bytes.ts';

/** What a worker does with a request: answers with this frame, is gone, or is gone before it has the whole request. */
export type Script = (request: Uint8Array, dir: string) => Uint8Array | 'ends' | 'ends before';

/** A worker without a process: its connection does what a test says, lies included. */
export function scriptedWorker(
  dir: string,
  script: Script,
): { process: WorkerProcess; requests: Uint8Array[] } {
  const requests: Uint8Array[] = [];
  let answer = Promise.withResolvers<Uint8Array>();
  const connection = {
    isBroken: false,
    destroy: () => {},
    receive: () => {
      answer = Promise.withResolvers<Uint8Array>();
      return answer.promise;
    },
    send: async (parts: readonly Uint8Array[]): Promise<void> => {
      const request = concat(parts);
      const said = script(request, dir);
      if (said === 'ends before') throw new Error('it ended before');
      requests.push(request);
      if (said === 'ends') answer.reject(new Error('it ended'));
      else answer.resolve(said);
    },
  };
  const explain = (message: string) => `explained: ${message}`;
  const process = { pid: 1, dir, connection, explain, given: new GivenArtifacts() };
  return { process: process as unknown as WorkerProcess, requests };
}
