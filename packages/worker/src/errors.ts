import { type ExecuteWorkerResult, type JobError, notBegun } from '@pvf/protocol';

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A job was not made, or ended before it touched its request: a fault of this machine, whatever the request. */
export class NotBegunError extends Error {
  override readonly name = 'NotBegunError';

  constructor(reason: string, options?: ErrorOptions) {
    super(notBegun(reason), options);
  }
}

/** For what has to be made before there is a job. @throws NotBegunError when it cannot be made */
export function beforeJob<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new NotBegunError(messageOf(error), { cause: error });
  }
}

/** What a job says of an exception that is nobody's verdict: a fault in our own code. */
export function jobErrorOf(error: unknown): JobError {
  return { type: 'Panic', value: messageOf(error) };
}

/** A local fault, told by the worker and never by a job: the host retries, then abstains. */
export function internalError(
  type: 'CouldNotOpenFile' | 'CouldNotCreatePipe' | 'Kernel' | 'HostCommunication',
  error: unknown,
): ExecuteWorkerResult {
  return { ok: false, error: { type: 'InternalError', value: { type, value: messageOf(error) } } };
}
