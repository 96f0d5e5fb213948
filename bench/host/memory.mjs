// What the processes of an execute worker hold while nothing runs.
import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { drive } from '../support/drive.mjs';
import { childrenInOrder, memoryOf } from '../support/processes.mjs';
import { prepareAll, workersSide } from '../support/sides.mjs';

/** Candidates after which a worker has loaded its PVF ahead, if it ever does. */
const UNTIL_LOADED = 4;
/** A template is stopped, and its memory looked at, within milliseconds after the last answer. */
const UNTIL_AT_REST_MS = 300;
/** In the order in which they are made. */
const KINDS = ['template', 'waiting job'];

/**
 * A worker that has run nothing, and for each PVF, in a worker of its own, the processes beside the worker once it is loaded: of a
 * worker that loads nothing ahead none.
 *
 * @returns `{ side, process, pvf, pssBytes, privateBytes, artifactBytes }[]`, in bytes
 */
export async function measureMemory(programs, pvfs, directory) {
  const rows = [];
  for (const [place, pvf] of pvfs.entries()) {
    const [artifact] = await prepareAll(programs.name, programs.prepare, [pvf], directory);
    const side = await workersSide(programs, [pvf], { workers: 1, directory });
    try {
      const [worker] = side.pids();
      if (place === 0) {
        await delay(UNTIL_AT_REST_MS);
        rows.push({ side: programs.name, process: 'idle worker', ...memoryOf(worker) });
      }
      for (let i = 0; i < UNTIL_LOADED; i++) await drive(side, [[0, 0]], [pvf]);
      await delay(UNTIL_AT_REST_MS);
      const of = { side: programs.name, pvf: pvf.name, artifactBytes: statSync(artifact.path).size };
      rows.push({ ...of, process: 'worker', ...memoryOf(worker) });
      for (const [i, pid] of childrenInOrder(worker).entries())
        rows.push({ ...of, process: KINDS[i] ?? 'another process', ...memoryOf(pid) });
    } finally {
      await side.stop();
    }
  }
  return rows;
}
