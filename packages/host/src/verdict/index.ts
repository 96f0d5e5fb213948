/** From what workers and jobs say to verdicts about candidates. */
export { classify, type Verdict } from './classify.ts';
export { describePrepareError } from './describe.ts';
export { cleaned, describeFrame, readGuest, withPanic } from './guest-words.ts';
