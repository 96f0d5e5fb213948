import { FakeClock } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { RequestScope } from '../../src/request/scope.ts';
import { silent } from '../support/hosts.ts';

function setUp(deadlineMs?: number) {
  const clock = new FakeClock();
  const [caller, host] = [new AbortController(), new AbortController()];
  const control = { signal: caller.signal, ...(deadlineMs === undefined ? {} : { deadlineMs }) };
  const scope = new RequestScope('1', control, clock, silent, host.signal);
  const reason = () => scope.signal.reason?.reason;
  return { clock, caller, host, scope, reason };
}

describe('the first reason wins', () => {
  it('when the caller is before the deadline', async () => {
    const { clock, caller, reason } = setUp(100);
    caller.abort();
    await clock.advance(100);
    expect(reason()).toBe('caller');
  });

  it('when the deadline is before the host', async () => {
    const { clock, host, reason } = setUp(100);
    await clock.advance(100);
    host.abort();
    expect(reason()).toBe('caller-deadline');
  });

  it('when the host is before the caller', () => {
    const { caller, host, reason } = setUp();
    host.abort();
    caller.abort();
    expect(reason()).toBe('host-closed');
  });
});

it('a finished request leaves no timer and no listener', async () => {
  const { clock, caller, scope } = setUp(100);
  scope.dispose();
  expect(clock.pending).toBe(0);
  caller.abort();
  expect(scope.signal.aborted).toBe(false);
});

it('a pause ends with the request', async () => {
  const { clock, caller, scope } = setUp();
  const pause = scope.pause(1_000);
  caller.abort();
  await expect(pause).rejects.toMatchObject({ reason: 'caller' });
  expect(clock.pending).toBe(0);
});

it('there is no time for a pause that would reach the deadline', async () => {
  const { clock, scope } = setUp(1_500);
  expect(scope.hasTimeFor(1_000)).toBe(true);
  await clock.advance(500);
  expect(scope.hasTimeFor(1_000)).toBe(false);
});
