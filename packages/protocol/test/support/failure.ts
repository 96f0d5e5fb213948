import { ProtocolError } from '../../src/index.ts';

/** The code and meta of the ProtocolError that `run` throws; anything else fails the test. */
export function failureOf(run: () => unknown): Pick<ProtocolError, 'code' | 'meta'> {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return { code: error.code, meta: error.meta };
    throw error;
  }
  throw new Error('nothing was thrown');
}
