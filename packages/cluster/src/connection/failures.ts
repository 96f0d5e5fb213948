import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/nats-core';
import { ClusterError } from '../errors.ts';
import { shownServers } from './options.ts';

/** JetStream's own error codes that mean something here. */
const WRONG_LAST_SEQUENCE: ReadonlySet<number> = new Set([10071, 10164]);
/** Stream limits, account limits, the server's disk or memory. */
const FULL: ReadonlySet<number> = new Set([10023, 10028, 10047, 10077, 10122]);
/** No leader at the moment, not enough peers, the API is busy. */
const PASSING: ReadonlySet<number> = new Set([10004, 10005, 10006, 10008, 10009, 10074, 10202]);

export type FailureKind = 'exists' | 'full' | 'passing' | 'closed' | 'refused' | 'other';

/** What a failed call of the client means: whether the same call may succeed in a while. */
export function failureOf(error: unknown): FailureKind {
  if (!(error instanceof Error)) return 'other';
  if (error instanceof ClusterError) return error.code === 'STORE_FULL' ? 'full' : 'other';
  if (error instanceof JetStreamApiError) {
    const { code } = error;
    if (WRONG_LAST_SEQUENCE.has(code)) return 'exists';
    if (FULL.has(code) || /insufficient|maximum (bytes|messages)|resource limits/i.test(error.message))
      return 'full';
    return PASSING.has(code) || error.status === 503 ? 'passing' : 'other';
  }
  // Nobody listened. The client takes that for a server without JetStream; at connecting, it was there.
  if (error.cause instanceof errors.RequestError) return 'passing';
  if (/maximum bytes exceeded|insufficient|maximum messages exceeded|no space left/i.test(error.message))
    return 'full';
  if (
    error instanceof errors.AuthorizationError ||
    error instanceof errors.UserAuthenticationExpiredError ||
    error instanceof errors.PermissionViolationError ||
    error.cause instanceof errors.PermissionViolationError
  )
    return 'refused';
  if (error instanceof errors.ClosedConnectionError || error instanceof errors.DrainingConnectionError)
    return 'closed';
  if (
    error instanceof errors.TimeoutError ||
    error instanceof errors.RequestError ||
    error instanceof errors.NoRespondersError ||
    error instanceof errors.ConnectionError
  )
    return 'passing';
  return 'other';
}

/** A connection that cannot be made, or has ended, in our words. */
export function connectionError(error: unknown, given: string | readonly string[]): ClusterError {
  if (error instanceof ClusterError) return error;
  const servers = shownServers(given);
  const at = servers.join(', ');
  const text = error instanceof Error ? error.message : String(error);
  if (failureOf(error) === 'refused' || /authori[sz]ation|authentication|credentials/i.test(text))
    return new ClusterError(
      'NOT_AUTHORISED',
      { servers },
      `${at} does not accept the credentials, or not any more: ${text}; give others (credentials, user and password, token, or a client certificate)`,
      { cause: error },
    );
  return new ClusterError(
    'CONNECTION',
    { servers },
    `no NATS server answers at ${at}: ${text}; check address, port and TLS, and that the server knows your certificate if it wants one`,
    { cause: error },
  );
}
