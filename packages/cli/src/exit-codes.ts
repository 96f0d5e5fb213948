/** Exit codes of `pvf`. Scripts may rely on them. When a command has several results, the highest code is given. */
export const EXIT = {
  /** Every PVF was accepted; every candidate is to be voted for, or without a receipt was accepted by its PVF. */
  ok: 0,
  /**
   * Vote against: a candidate is invalid or stayed doubtful, or a PVF fails its precheck. Without a receipt: the PVF did
   * not accept the candidate.
   */
  against: 1,
  /** Nothing was done: wrong usage, unreadable or malformed input, or a machine that is not set up. */
  badInput: 2,
  /** Abstain: a fault of this machine, a chain that could not be asked, or the request was cut off by `--deadline`. */
  abstain: 3,
  /** A candidate could not be judged because its PVF cannot be prepared on any machine. */
  preparationFailed: 4,
  /** With `--check`: an answer differs from the one that the candidate file expects. */
  unexpected: 5,
  /**
   * A defect of this program, a broken installation, or a disk that is full: nothing is said about any PVF (EX_SOFTWARE
   * of sysexits(3)).
   */
  defect: 70,
  /** Ctrl-C or SIGTERM; everything was ended and removed first. */
  interrupted: 130,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
