import { availableParallelism, loadavg } from 'node:os';
import { isBacking, type PvfHost, type ValidationOutcome } from '@pvf/host';
import { randomKind, randomSample, type Sample, slowSample } from './guests.ts';
import type { Random } from './random.ts';
import type { Report } from './report.ts';
import { precheckViolation, violation } from './rules.ts';

/** Less than the slow samples take to be prepared, more than an execution takes. */
const IMPATIENT_MS = 150;
/**
 * Dozens of times what a slow sample's preparation takes, so that only one that is begun anew for ever outlasts it. A
 * machine that has more to do than its processors can takes as much longer.
 */
const INSIST_MS = 15_000;
const crowding = (): number => Math.max(1, (loadavg()[0] ?? 1) / availableParallelism());

const STORAGE_ROOT = new Uint8Array(32);
const DEFAULTS = { executorParams: [], validationCodeBombLimit: 30 * 1024 * 1024 } as const;

/** Makes random requests, one after the other, until `stop` is aborted; the host is closed around then. */
export async function makeRequests(
  host: PvfHost,
  random: Random,
  stop: AbortSignal,
  report: Report,
): Promise<void> {
  while (!stop.aborted) {
    const dice = random.next();
    if (dice < 0.78) await validate(host, randomSample(random), random, stop, report);
    else if (dice < 0.8) await insist(host, random, stop, report);
    else if (dice < 0.92) await precheck(host, random, stop, report);
    else if (dice < 0.95)
      await host.headsUp([{ ...DEFAULTS, code: randomSample(random).code }]).catch(ignoreClosed(stop));
    else if (dice < 0.97) await host.prune({ limit: 0, minStaleMs: 0 });
    else
      host.updateActiveLeaves({
        activated: { hash: hash(random), ancestors: [hash(random)] },
        deactivated: [hash(random)],
      });
  }
}

/**
 * Asks for one PVF again and again, each time with less patience than its preparation takes. It must be ready at some
 * time, or have failed.
 */
async function insist(host: PvfHost, random: Random, stop: AbortSignal, report: Report): Promise<void> {
  const sample = slowSample(random);
  const begun = performance.now();
  while (!stop.aborted) {
    const outcome = await validate(host, sample, random, stop, report, random.int(1, IMPATIENT_MS));
    if (outcome !== undefined && outcome.kind !== 'deadline-passed' && outcome.kind !== 'cancelled') return;
    if (performance.now() - begun > INSIST_MS * crowding()) {
      report.violate(`${sample.name}: never ready, because nobody waited for it`);
      return;
    }
  }
}

async function validate(
  host: PvfHost,
  sample: Sample,
  random: Random,
  stop: AbortSignal,
  report: Report,
  patienceMs?: number,
): Promise<ValidationOutcome | undefined> {
  const kind = randomKind(random);
  const backing = isBacking(kind);
  const abort = new AbortController();
  const aborted = random.chance(0.1);
  const deadlineMs = patienceMs ?? (random.chance(0.1) ? random.int(1, 3_000) : undefined);
  const leaves = backing && random.chance(0.5);
  const timer = aborted ? setTimeout(() => abort.abort(), random.int(0, 500)) : undefined;
  try {
    const outcome = await host.validate({
      ...DEFAULTS,
      code: sample.code,
      pov: { blockData: sample.block },
      validationData: {
        parentHead: new Uint8Array(),
        relayParentNumber: 1,
        relayParentStorageRoot: STORAGE_ROOT,
        maxPovSize: 1_000,
      },
      kind,
      executionTimeoutMs: sample.executionTimeoutMs,
      signal: abort.signal,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...(leaves ? { schedulingParent: hash(random) } : {}),
    });
    const manner = { aborted, deadline: deadlineMs !== undefined, closed: stop.aborted, backing, leaves };
    const wrong = violation(sample.truth, outcome, manner);
    report.add(sample.truth, outcome, wrong === undefined ? undefined : `${sample.name} (${kind}): ${wrong}`);
    return outcome;
  } catch (error) {
    ignoreClosed(stop)(error);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function precheck(host: PvfHost, random: Random, stop: AbortSignal, report: Report): Promise<void> {
  const sample = randomSample(random);
  try {
    const outcome = await host.precheck({ ...DEFAULTS, code: sample.code });
    const wrong = precheckViolation(sample.truth, outcome, stop.aborted);
    report.add(
      sample.truth,
      outcome,
      wrong === undefined ? undefined : `precheck of ${sample.name}: ${wrong}`,
    );
  } catch (error) {
    ignoreClosed(stop)(error);
  }
}

/** Few different hashes, so that some are active. */
function hash(random: Random): Uint8Array {
  return new Uint8Array(32).fill(random.int(1, 4));
}

function ignoreClosed(stop: AbortSignal) {
  return (error: unknown): void => {
    if (!stop.aborted) throw error;
  };
}
