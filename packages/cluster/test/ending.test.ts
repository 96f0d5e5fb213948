import { errors, type Status } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { endingOf } from '../src/connection/ending.ts';

const SERVERS = ['nats://a:4222'];
const EXPIRED = new errors.UserAuthenticationExpiredError('User Authentication Expired');
const REFUSED = new errors.ConnectionError('connection refused');
const FORBIDDEN = new errors.PermissionViolationError(
  'Permissions Violation for Publish to "x"',
  'publish',
  'x',
);

/** A connection that tells these things, and ends. */
async function ending(told: Status[], closedWith: Error | undefined, version = '2.15.3') {
  let closedHere = false;
  const closed = Promise.withResolvers<Error | undefined>();
  const nc = {
    info: { version },
    async *status() {
      yield* told;
      closed.resolve(closedWith);
    },
    closed: () => closed.promise,
    close: async () => {
      closedHere = true;
      closed.resolve(undefined);
    },
  };
  const error = await endingOf(nc as unknown as Parameters<typeof endingOf>[0], SERVERS);
  return { code: error?.code, text: error?.message ?? '', closedHere };
}

const expired: Status = { type: 'error', error: EXPIRED };
const back: Status = { type: 'reconnect', server: 'a:4222' };

test('credentials that were refused are why it ends, whatever the client says at last', async () => {
  const { code, text } = await ending([expired, back, expired], REFUSED);
  expect([code, text]).toEqual(['NOT_AUTHORISED', expect.stringContaining('User Authentication Expired')]);
  expect((await ending([], EXPIRED)).code).toBe('NOT_AUTHORISED');
  expect((await ending([{ type: 'error', error: FORBIDDEN }], REFUSED)).code).toBe('CONNECTION');
  expect((await ending([], REFUSED)).code).toBe('CONNECTION');
});

test('what is closed here has no reason, unless another server is too old', async () => {
  expect(await ending([expired, back], undefined)).toMatchObject({ code: undefined, closedHere: false });
  expect(await ending([back], undefined, '2.9.0')).toMatchObject({
    code: 'SERVER_VERSION',
    closedHere: true,
  });
});
