import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Approvals } from '../lib/approvals.mjs';
import { adderCandidates, recordedChain } from '../lib/recorded.mjs';

/** A host that answers with what the test gives it, and a clock that moves only when somebody pauses. */
function setUp(...outcomes) {
  const votes = [];
  const asked = [];
  const pauses = [];
  const time = { now: 0 };
  const { chain, assignments } = recordedChain(adderCandidates());
  const host = {
    validate: async (request) => {
      asked.push(request);
      const outcome = outcomes.shift();
      time.now += outcome.ms ?? 10;
      return { attempts: 1, ...outcome };
    },
  };
  const approvals = new Approvals({
    host,
    chain,
    vote: async (id, vote) => void votes.push([id, vote]),
    now: () => time.now,
    pause: async (ms) => {
      pauses.push(ms);
      time.now += ms;
    },
  });
  const [{ expected: _, ...first }] = assignments;
  return { approvals, chain, votes, asked, pauses, time, assignment: { ...first, dueAt: 12_000 } };
}

const FOR = { kind: 'valid', vote: 'for' };
const AGAINST = { kind: 'invalid', vote: 'against', rule: 'para-head' };
const FAULT = { kind: 'internal', vote: 'abstain', cause: 'worker-not-started' };

test('a vote is cast once, with what was due', async () => {
  for (const outcome of [FOR, AGAINST]) {
    const { approvals, votes, asked, assignment } = setUp(outcome);
    const settled = await approvals.take(assignment);
    assert.deepEqual(votes, [[assignment.id, outcome.vote]]);
    assert.equal(settled.vote, outcome.vote);
    assert.equal(asked.length, 1);
    assert.equal(asked[0].deadlineMs, 12_000);
    assert.equal(asked[0].receipt, assignment.receipt);
    assert.equal(asked[0].kind, 'approval');
  }
});

test('a fault of this machine is tried again, with the time that is left', async () => {
  const { approvals, votes, asked, pauses, assignment } = setUp(FAULT, FAULT, FOR);
  assert.equal((await approvals.take(assignment)).tries, 3);
  assert.deepEqual(pauses, [1_000, 3_000]);
  assert.deepEqual(
    asked.map(({ deadlineMs }) => deadlineMs),
    [12_000, 10_990, 7_980],
  );
  assert.deepEqual(votes, [[assignment.id, 'for']]);
});

test('a fault that stays is no vote, in time', async () => {
  const { approvals, votes, assignment } = setUp(FAULT, FAULT, FAULT, FAULT);
  const settled = await approvals.take(assignment);
  assert.equal(settled.vote, undefined);
  assert.equal(settled.why, 'too late');
  assert.deepEqual(votes, []);
});

test('what will not pass is not tried again, and is no vote', async () => {
  for (const outcome of [
    { kind: 'internal', vote: 'abstain', cause: 'workers-replaced' },
    { kind: 'preparation-failed', vote: 'abstain', error: { type: 'OutOfMemory' } },
    { kind: 'chain-unavailable', vote: 'abstain', cause: 'claim-queue' },
    { kind: 'deadline-passed', vote: 'none', cause: 'caller-deadline' },
    { kind: 'cancelled', vote: 'none', cause: 'host-closed' },
  ]) {
    const { approvals, votes, asked, assignment } = setUp(outcome);
    assert.equal((await approvals.take(assignment)).vote, undefined);
    assert.equal(asked.length, 1, outcome.kind);
    assert.deepEqual(votes, []);
  }
});

test('what comes too late, or cannot be asked for, is not validated', async () => {
  const late = setUp();
  assert.equal((await late.approvals.take({ ...late.assignment, dueAt: 0 })).why, 'too late');
  const gone = setUp();
  gone.chain.blockData = async () => {
    throw new Error('not enough pieces of the PoV');
  };
  const settled = await gone.approvals.take(gone.assignment);
  assert.match(settled.why, /not enough pieces/);
  assert.deepEqual([late.asked, late.votes, gone.asked, gone.votes], [[], [], [], []]);
});

test('who stops votes about nothing that is open', async () => {
  const { approvals, votes, assignment } = setUp(FAULT, FOR);
  const open = approvals.take(assignment);
  await approvals.close();
  assert.equal((await open).vote, undefined);
  assert.deepEqual(votes, []);
});

test('with a real host every vote is the right one', async () => {
  const main = join(import.meta.dirname, '../main.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [main], { timeout: 300_000 });
  assert.match(stdout, /^adder block 1 +for +valid/m);
  assert.match(stdout, /^claims another head +against +invalid: para-head/m);
  assert.match(stdout, /^11 of 11 votes as they should be$/m);
});
