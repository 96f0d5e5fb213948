/** `--chain` names a chain whose values are known, says what the chain answers for a vote on backing, or both, given twice. */
export interface ChainOption {
  readonly preset?: string;
  /** JSON, or `@FILE` with JSON. */
  readonly answers?: string;
}

/** Adds one value of `--chain` to those before it. */
export function addChainOption(text: string, before: ChainOption = {}): ChainOption {
  return /^[a-z][a-z0-9-]*$/i.test(text) ? { ...before, preset: text } : { ...before, answers: text };
}
