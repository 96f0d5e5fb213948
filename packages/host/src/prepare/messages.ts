import type { SpawnFailure } from '../worker/index.ts';

/** Critical: an approval or a dispute waits for the artifact. */
export type PreparePriority = 'normal' | 'critical';

/** To the prepare queue. Jobs are named by their artifact's id; enqueuing one that is not concluded is a mistake. */
export type ToPrepareQueue<Work> =
  /** Answered by `started` and `concluded`, or by `failed`. */
  | { type: 'enqueue'; job: string; priority: PreparePriority; work: Work }
  /** Somebody more important waits for it now. */
  | { type: 'raise'; job: string }
  /** The job is forgotten: taken out, or its worker killed. Not answered. */
  | { type: 'cancel'; job: string };

/** From the prepare queue. */
export type FromPrepareQueue<Answer> =
  | { type: 'started'; job: string; pid: number }
  | { type: 'concluded'; job: string; answer: Answer }
  /** No worker could be started for it. */
  | { type: 'failed'; job: string; reason: SpawnFailure };

/** Whoever the prepare queue reports to. */
export interface PrepareListener<Answer> {
  handlePreparation(message: FromPrepareQueue<Answer>): void;
}
