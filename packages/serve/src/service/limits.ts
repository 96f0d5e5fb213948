const MIB = 1024 * 1024;

/** What the service takes; all of it is in its status. */
export interface ServiceLimits {
  /** All uploaded code together, bytes. Default 512 MiB. */
  readonly storedCodeBytes: number;
  /** All bodies that are held at once, bytes. Default 1 GiB. */
  readonly bodyBytesAtOnce: number;
  /** A body in JSON, bytes. Default 4 MiB. */
  readonly jsonBytes: number;
  /** Prechecks and validations at once. Default 512. */
  readonly requestsAtOnce: number;
  /** Event streams at once, of all listeners. Default 64. */
  readonly streams: number;
  /** Connections of each listener. Default 1,024. */
  readonly connections: number;
  /** Requests of one address in ten seconds. Default 20,000. */
  readonly requestsPer10s: number;
  /** Events for replay. Default 2,000, in at most 16 MiB. */
  readonly keptEvents: number;
  /** Without a byte of a body or taken of an answer for that long, a connection is given up; milliseconds. Default 30 s. */
  readonly idleMs: number;
  /** Of one whole request until it has come, milliseconds. Default 5 min. */
  readonly receiveMs: number;
}

/** What a service takes at most unless told otherwise. */
export const DEFAULT_LIMITS: ServiceLimits = {
  storedCodeBytes: 512 * MIB,
  bodyBytesAtOnce: 1024 * MIB,
  jsonBytes: 4 * MIB,
  requestsAtOnce: 512,
  streams: 64,
  connections: 1_024,
  requestsPer10s: 20_000,
  keptEvents: 2_000,
  idleMs: 30_000,
  receiveMs: 5 * 60_000,
};

/** Of all kept events together. */
export const KEPT_EVENT_BYTES = 16 * MIB;

/** The library's: code, or block data with parent head, of one request. */
export const LARGEST_INPUT_BYTES = 120 * MIB;
