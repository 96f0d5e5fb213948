/** Something that takes bytes from outside, and what must hold for any of them. */
export interface FuzzTarget {
  /** Inputs to start from. */
  seeds(): Promise<readonly Uint8Array[]>;
  /** Largest input in bytes; longer ones find nothing more and cost time. */
  readonly maxBytes: number;
  /** Throws when something does not hold; what may be refused is refused quietly. */
  run(input: Uint8Array): void;
}

/** Runs `body`; an error of the expected class is an answer like any other. */
export function refusable<T>(
  expected: abstract new (...args: never[]) => Error,
  body: () => T,
): T | undefined {
  try {
    return body();
  } catch (error) {
    if (error instanceof expected) return undefined;
    throw error;
  }
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

export function check(holds: boolean, claim: string): void {
  if (!holds) throw new Error(`does not hold: ${claim}`);
}
