import { ClusterError } from '../errors.ts';
import { STREAMS } from '../names.ts';
import { parseRun } from '../records/index.ts';
import { pause } from '../store/index.ts';
import { again } from './again.ts';
import { queued, type Underway } from './producer.ts';
import { cancelled } from './record.ts';

/** How often what is out for long is looked after, and what is long. */
const LOOK_EVERY_MS = 15_000;
const LONG_MS = 30_000;

/**
 * Looks after what is out for long: an answer may be there that was not told. What is neither in the queue nor answered,
 * servers have lost that were given an older copy of their disks, or lost more of them than they have copies.
 * @throws ClusterError STORE; the run can be gone on with: what is missing is then asked again
 */
export async function lookAfter({ store, run, window, collector, signal }: Underway): Promise<void> {
  const isAnswered = async (index: number, replica: number): Promise<boolean> => {
    const found = await again(() => collector.get({ run, index, replica }), signal);
    if (found !== undefined) window.put(index, replica, found);
    return found !== undefined || signal.aborted;
  };
  while (!signal.aborted) {
    await pause(LOOK_EVERY_MS, signal);
    for (const { index, replica, subject } of window.overdue(LONG_MS)) {
      if (signal.aborted) return;
      // A job leaves the queue after its answer is written: so the answer is looked for once more.
      if ((await isAnswered(index, replica)) || (await again(() => queued(store, subject), signal)) !== null)
        continue;
      if (!(await isAnswered(index, replica)))
        throw new ClusterError(
          'STORE',
          { name: STREAMS.jobs },
          `the servers have lost the job ${run}.${index}.${replica}: it is not in the queue and has no answer; go on with the run, and it is asked again`,
        );
    }
  }
}

/** How soon a run that was cancelled elsewhere ends here. */
const ASK_EVERY_MS = 1_000;

/** @throws ClusterError RUN_CANCELLED */
export async function watchCancel({ store, run, signal }: Underway): Promise<void> {
  while (!signal.aborted) {
    const entry = await again(() => store.runs.get(run), signal);
    if (signal.aborted) return;
    if (entry?.operation !== 'PUT' || parseRun(entry.value).state === 'cancelled') throw cancelled(run);
    await pause(ASK_EVERY_MS, signal);
  }
}
