import type { HostOptions, PvfHost } from '@pvf/host';
import type { LoadedPvf } from '../../input/load-pvf.ts';
import type { Validation } from '../../input/validations.ts';
import { type Context, withHost } from '../context.ts';
import { parametersOf, runValidation } from '../run-validation.ts';
import type { ReplayOptions } from './replay-options.ts';

/** One side of a comparison: a PVF in a host. */
export type Side = (validation: Validation) => ReturnType<typeof runValidation>;

interface SidesInput {
  readonly options: ReplayOptions;
  readonly pvf: LoadedPvf;
  readonly other: LoadedPvf | undefined;
  readonly jobs: number;
}

/** Starts the hosts of both sides; of a comparison of PVFs one host serves both. */
export async function withSides(
  context: Context,
  { options, pvf, other, jobs }: SidesInput,
  use: (here: Side, there: Side | undefined) => Promise<void>,
): Promise<void> {
  const { comparePrepareWorker, compareExecuteWorker } = options;
  const overrides: HostOptions = { executeWorkers: jobs, maxPendingPerKind: Math.max(64, jobs) };
  const side = async (host: PvfHost, { code }: LoadedPvf): Promise<Side> => {
    const imported = await host.importCode(code);
    return async (validation) => {
      const own = await parametersOf(validation, options, pvf.said);
      return runValidation(context, host, imported, validation, own, options, () => {});
    };
  };
  await withHost(
    context,
    options,
    async (host) => {
      const here = await side(host, pvf);
      if (comparePrepareWorker === undefined && compareExecuteWorker === undefined) {
        return await use(here, other && (await side(host, other)));
      }
      // Other programs make other artifacts, and hosts remove what they cannot use: it gets a directory of its own. What
      // version they report is their own matter.
      const programs = {
        ...options,
        cache: false,
        ...(comparePrepareWorker !== undefined && { prepareWorker: comparePrepareWorker }),
        ...(compareExecuteWorker !== undefined && { executeWorker: compareExecuteWorker }),
      };
      await withHost(context, programs, async (second) => await use(here, await side(second, other ?? pvf)), {
        ...overrides,
        nodeVersion: false,
      });
    },
    overrides,
  );
}

/** Takes items as they come, so many at once; stops taking when the signal aborts or one fails, and waits for the rest. */
export async function inLanes<T>(
  items: AsyncIterable<T>,
  lanes: number,
  signal: AbortSignal,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const item of items) {
    if (signal.aborted || failures.length > 0) break;
    const task: Promise<void> = run(item)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(task));
    running.add(task);
    if (running.size >= lanes) await Promise.race(running);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}
