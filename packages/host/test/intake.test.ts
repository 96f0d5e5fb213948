import { settle } from '@pvf/test-kit';
import { expect, it } from 'vitest';
import { Intake } from '../src/intake.ts';

const never = new AbortController().signal;

async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  await settle();
  return settled;
}

it('makes those wait for whom there is no room, and lets them in by their order', async () => {
  const intake = new Intake(1);
  await intake.enter(never);
  const [second, third] = [intake.enter(never), intake.enter(never)];
  expect(await hasSettled(second)).toBe(false);
  intake.leave();
  await second;
  expect(await hasSettled(third)).toBe(false);
  intake.leave();
  await third;
});

it('forgets who gives up, and loses no place by it', async () => {
  const intake = new Intake(1);
  await intake.enter(never);
  const abort = new AbortController();
  const [second, third] = [intake.enter(abort.signal), intake.enter(never)];
  abort.abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
  intake.leave();
  await third;
  intake.leave();
  expect(intake.isFull).toBe(false);
});

it('lets nobody in who has given up already', async () => {
  const intake = new Intake(1);
  await expect(intake.enter(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  expect(intake.isFull).toBe(false);
});
