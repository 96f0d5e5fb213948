import type { Logger } from 'pino';
import { failureOf } from '../connection/index.ts';
import { deadSubject, placeKey, STREAMS } from '../names.ts';
import { type Answer, type Attempt, type JobRecord, packJob, placeOf } from '../records/index.ts';
import { publishOnce, type Store } from '../store/index.ts';
import { type Attempts, countAttempts, MAX_ATTEMPTS } from './attempts.ts';
import { faultOf } from './faults.ts';
import type { Delivery } from './pull.ts';
import type { Work } from './work.ts';

/** How soon a job that this agent got wrong is given to another. Longer each time. */
const giveBackMs = (delivery: number): number => Math.min(5_000, 50 * 2 ** Math.min(delivery, 7));

/**
 * How soon a job that this agent may not have is given to another. Of two agents it is as often the same one that gets it: soon, or
 * the end of a run would take half a minute; seldom only once there seems to be no other.
 */
const passOnMs = (delivery: number): number => Math.min(delivery < 20 ? 1_000 : 5_000, giveBackMs(delivery));

/** A job whose inputs no server sends in so many deliveries has failed. */
const SERVERS_AWAY_AT_MOST = 50;
/** A job that agents may not have is handed round so many times, some minutes, for one that may; then it has failed. */
const HANDED_ROUND_AT_MOST = 50;

interface TaskContext {
  readonly store: Store;
  readonly attempts: Attempts;
  readonly work: Work;
  readonly logger: Logger;
  readonly isOver: (run: string) => boolean;
  /** Whether this agent is at work on another answer to the same candidate. */
  readonly isBusyWith: (job: JobRecord) => boolean;
}

/** What became of a delivery. */
export type Ending =
  | { readonly type: 'answered' }
  /** Nothing was done: it has a result, its run is over, or another agent must do it. */
  | { readonly type: 'passed' }
  /** The agent ends. */
  | { readonly type: 'returned' }
  /** A fault of this machine or of the store. */
  | { readonly type: 'failed'; readonly cause: string; readonly ofMachine: boolean };

/**
 * One delivery from its acceptance to its end. It always ends with the job out of the queue and its result (or dead
 * letter) written, or with the job given back.
 * @param inputs what {@link Work.inputs} promises, begun as soon as the job came
 */
export async function runDelivery(
  context: TaskContext,
  delivery: Delivery,
  job: JobRecord,
  inputs: ReturnType<Work['inputs']>,
  signal: AbortSignal,
): Promise<Ending> {
  const { attempts, work, isOver } = context;
  const place = placeOf(job.head);
  inputs.catch(() => {});
  if (isOver(place.run)) return leave(delivery, 'ack');
  let before: Attempt[] = [];
  if (delivery.delivery > 1) {
    if (await work.isAnswered(place)) return leave(delivery, 'ack');
    before = await attempts.of(place);
    if (countAttempts(before) >= MAX_ATTEMPTS) return await bury(context, delivery, job, before, signal);
  }
  if (job.head.replicas > 1 && (context.isBusyWith(job) || (await work.isMine(place, job.head.replicas))))
    return leave(delivery, 'back');
  if (delivery.delivery < HANDED_ROUND_AT_MOST && !work.takes(job)) return leave(delivery, 'back');
  const begun = attempts.add(place, delivery.delivery, 'began');
  let answer: Answer;
  let fault: { cause: string; ofMachine: boolean } | undefined;
  try {
    answer = await (await inputs).run(signal);
    const cause = answer.task === 'none' ? undefined : faultOf(answer.outcome);
    if (cause !== undefined) fault = { cause, ofMachine: true };
  } catch (error) {
    if (failureOf(error) === 'passing' && delivery.delivery < SERVERS_AWAY_AT_MOST) {
      // The servers are at fault: no attempt of the job.
      await begun;
      const why = `the servers did not answer: ${(error as Error).message}`;
      await attempts.add(place, delivery.delivery, 'returned', why);
      delivery.giveBack(giveBackMs(delivery.delivery));
      return { type: 'failed', cause: why, ofMachine: false };
    }
    answer = { task: 'none', reason: String((error as Error).message) };
    fault = { cause: answer.reason, ofMachine: false };
  }
  if (answer.task !== 'none' && answer.outcome.kind === 'cancelled') {
    if (isOver(place.run)) return leave(delivery, 'ack');
    await begun;
    await attempts.add(place, delivery.delivery, 'returned', 'the agent was ended');
    delivery.giveBack();
    return { type: 'returned' };
  }
  if (fault !== undefined) {
    await begun;
    await attempts.add(place, delivery.delivery, 'failed', fault.cause);
    if (countAttempts(before) + 1 < MAX_ATTEMPTS) {
      delivery.giveBack(giveBackMs(delivery.delivery));
      return { type: 'failed', ...fault };
    }
    await bury(context, delivery, job, await attempts.of(place), signal, answer);
    return { type: 'failed', ...fault };
  }
  const written = await work.write(job, answer, await attemptsFor(context, before, begun, job), signal);
  if (written === 'aborted') {
    await attempts.add(place, delivery.delivery, 'returned', 'the agent was ended');
    delivery.giveBack();
    return { type: 'returned' };
  }
  delivery.ack();
  return written === 'written' ? { type: 'answered' } : { type: 'passed' };
}

/** A first attempt needs no list. */
async function attemptsFor(
  { attempts }: TaskContext,
  before: readonly Attempt[],
  begun: Promise<void>,
  job: JobRecord,
): Promise<Attempt[]> {
  if (before.length === 0) return [];
  await begun;
  return await attempts.of(placeOf(job.head));
}

/** Nobody could answer it: the job is kept with all attempts, and its run is told. */
async function bury(
  { store, work, logger }: TaskContext,
  delivery: Delivery,
  job: JobRecord,
  attempts: readonly Attempt[],
  signal: AbortSignal,
  last?: Answer,
): Promise<Ending> {
  const place = placeOf(job.head);
  const options = {
    signal,
    onFull: () => logger.warn({ job: placeKey(place) }, 'the store of dead letters is full; one waits'),
  };
  const dead = await publishOnce(store.connection, STREAMS.dead, deadSubject(place), packJob(job), options);
  const reason = `no agent could answer it in ${MAX_ATTEMPTS} attempts: ${attempts.at(-1)?.cause ?? 'the agents that had it were lost'}`;
  const answer: Answer = last === undefined || last.task === 'none' ? { task: 'none', reason } : last;
  const written = dead === 'aborted' ? dead : await work.write(job, answer, attempts, signal);
  if (written === 'aborted') {
    delivery.giveBack();
    return { type: 'returned' };
  }
  logger.warn({ job: placeKey(place), attempts: attempts.length }, 'a job is a dead letter');
  delivery.ack();
  return { type: 'passed' };
}

function leave(delivery: Delivery, how: 'ack' | 'back'): Ending {
  if (how === 'ack') delivery.ack();
  else delivery.giveBack(passOnMs(delivery.delivery));
  return { type: 'passed' };
}
