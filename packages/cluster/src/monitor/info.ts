import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';

const STREAM_NOT_FOUND = 10059;

/** What the servers say of a stream. */
export type Info = Awaited<ReturnType<JetStreamManager['streams']['info']>>;

/**
 * @param subjects counts messages by subject, of those that this one covers: as many entries in the answer
 * @returns undefined where nobody has made that stream yet
 */
export async function infoOf(
  jsm: JetStreamManager,
  stream: string,
  subjects?: string,
): Promise<Info | undefined> {
  try {
    return await jsm.streams.info(stream, subjects === undefined ? undefined : { subjects_filter: subjects });
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
}
