/**
 * What makes workers faster and changes nothing else, each of which `--without NAME,NAME…` turns off in those that list it
 * as `speed-ups` among their capabilities:
 *
 * - `gathered-heap`: V8's heap is moved together before the first fork, which then copies fewer page tables
 * - `huge-pages`: large memory and the program's code are put into large pages before the first fork
 * - `warm-up`: an execute worker runs an empty guest some times, so that jobs inherit compiled bytecode
 * - `known-artifacts`: an execute worker verifies an artifact's file once, not for each candidate
 * - `jobs-ahead`: a template makes its next job before there is a request for it
 */
export const WORKER_SPEED_UPS = [
  'gathered-heap',
  'huge-pages',
  'warm-up',
  'known-artifacts',
  'jobs-ahead',
] as const;

/** See {@link WORKER_SPEED_UPS}. */
export type WorkerSpeedUp = (typeof WORKER_SPEED_UPS)[number];
