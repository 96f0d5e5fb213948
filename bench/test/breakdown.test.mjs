// What the kernel prints, and which stage it belongs to.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseEvents } from '../breakdown/events.mjs';
import { instrument } from '../breakdown/instrumented.mjs';
import { AHEAD, FIRST, firstStagesOf, stagesOf, Trace, USUAL } from '../breakdown/stages.mjs';

const HOST = 10;
const WORKER = 20;
const TEMPLATE = 30;
const JOB = 31;
const NUMBERS = {
  read: 0,
  write: 1,
  pwrite64: 18,
  writev: 20,
  clone: 56,
  wait4: 61,
  ftruncate: 77,
};
Object.assign(NUMBERS, { exit_group: 231, prlimit64: 302, seccomp: 317, getpid: 39 });

/** Lines as perf prints them; times are microseconds. */
const line = (at, pid, tid, event, rest) =>
  `${String(pid).padStart(7)}/${tid}  0.${String(at * 1000).padStart(9, '0')}: ${event}: ${rest}`;
const enter = (at, pid, call, [fd, length] = [0, 0], tid = pid) =>
  line(
    at,
    pid,
    tid,
    'raw_syscalls:sys_enter',
    `NR ${NUMBERS[call]} (${fd.toString(16)}, 7f00, ${length.toString(16)}, 0, 0, 0)`,
  );
const exit = (at, pid, call, result = 0, tid = pid) =>
  line(at, pid, tid, 'raw_syscalls:sys_exit', `NR ${NUMBERS[call]} = ${result}`);
const fork = (at, pid, child) =>
  line(at, pid, pid, 'sched:sched_process_fork', `comm=a b pid=${pid} child_comm=a b child_pid=${child}`);

const MADE_AHEAD = [
  enter(10, WORKER, 'write', [22, 1]),
  exit(11, WORKER, 'write', 1),
  enter(12, TEMPLATE, 'clone'),
  fork(40, TEMPLATE, JOB),
  exit(50, JOB, 'clone'),
  enter(80, JOB, 'read', [23, 8]),
];
const IN_HOST = [
  // A word to a thread.
  enter(130, HOST, 'write', [16, 8]),
  exit(140, HOST, 'write', 8),
  enter(150, HOST, 'writev', [28, 2]),
  exit(155, HOST, 'writev', 248),
  enter(160, WORKER, 'read', [20, 8]),
  exit(161, WORKER, 'read', 8),
  enter(165, WORKER, 'read', [20, 240]),
  exit(170, WORKER, 'read', 240),
  // Something else that the worker reads.
  enter(180, WORKER, 'read', [35, 4096]),
  exit(181, WORKER, 'read', 20),
];
const IN_JOB = [
  enter(200, WORKER, 'ftruncate'),
  exit(201, WORKER, 'ftruncate'),
  enter(202, WORKER, 'pwrite64'),
  exit(210, WORKER, 'pwrite64', 240),
  enter(212, WORKER, 'write', [24, 8]),
  exit(220, JOB, 'read', 8),
  exit(221, WORKER, 'write', 8),
  enter(230, JOB, 'write', [28, 1]),
  exit(235, JOB, 'write', 1),
  enter(250, JOB, 'write', [28, 0]),
  enter(256, JOB, 'write', [28, 0]),
  enter(263, JOB, 'write', [28, 0]),
  enter(270, JOB, 'write', [28, 109]),
  enter(280, JOB, 'exit_group'),
  // Not ended yet.
  enter(290, WORKER, 'wait4'),
  exit(291, WORKER, 'wait4', 0),
  enter(300, WORKER, 'wait4'),
  exit(308, WORKER, 'wait4', JOB),
  enter(310, WORKER, 'write', [22, 1]),
  exit(311, WORKER, 'write', 1),
  enter(320, WORKER, 'write', [20, 143]),
  exit(325, WORKER, 'write', 143),
  // A thread's word to the event loop.
  enter(326, HOST, 'read', [15, 1024]),
  exit(327, HOST, 'read', 8),
  enter(330, HOST, 'read', [28, 65536]),
  exit(332, HOST, 'read', 143),
];
const ids = { host: HOST, worker: WORKER };
const span = [100e3, 400e3];
const traceOf = (lines) => new Trace(parseEvents(lines.join('\n')), ids);

test('perf’s lines are read; what no stage needs is left out', () => {
  const events = parseEvents(
    [
      enter(5, 7, 'getpid'),
      'no event',
      exit(9, 7, 'read', -512),
      enter(8, 7, 'read', [255, 16]),
      fork(6, 7, 8),
    ].join('\n'),
  );
  assert.deepEqual(events, [
    { at: 6000, pid: 7, tid: 7, type: 'fork', child: 8 },
    { at: 8000, pid: 7, tid: 7, type: 'enter', call: 'read', args: [255, 0x7f00, 16, 0, 0, 0] },
    { at: 9000, pid: 7, tid: 7, type: 'exit', call: 'read', result: -512, args: [255, 0x7f00, 16, 0, 0, 0] },
  ]);
});

describe('stages', () => {
  test('are the whole time of a candidate', () => {
    const { usual, ahead } = stagesOf(traceOf([...MADE_AHEAD, ...IN_HOST, ...IN_JOB]), span);
    const named = Object.fromEntries(usual.map((micros, i) => [USUAL[i][0], micros]));
    assert.deepEqual(named, {
      'host queue': 50,
      send: 5,
      socket: 15,
      order: 30,
      'copy to shared memory': 10,
      command: 10,
      restrict: 15,
      decode: 15,
      copy: 6,
      run: 7,
      answer: 17,
      exit: 20,
      reap: 8,
      'worker’s answer': 17,
      'socket, back': 7,
      outcome: 68,
    });
    assert.equal(
      usual.reduce((sum, micros) => sum + micros, 0),
      300,
    );
    assert.equal(ahead.length, AHEAD.length);
    assert.deepEqual(ahead, [39, 30]);
  });

  test('of a first candidate have its template', () => {
    const template = [
      enter(182, WORKER, 'clone'),
      fork(183, WORKER, TEMPLATE),
      exit(184, TEMPLATE, 'clone'),
      exit(185, TEMPLATE, 'prlimit64'),
      exit(186, TEMPLATE, 'seccomp'),
      exit(187, TEMPLATE, 'prlimit64'),
      exit(189, TEMPLATE, 'seccomp'),
      exit(193, TEMPLATE, 'seccomp'),
      enter(195, TEMPLATE, 'write', [26, 1]),
    ];
    const stages = firstStagesOf(traceOf([...MADE_AHEAD, ...IN_HOST, ...template, ...IN_JOB]), span);
    assert.equal(stages.length, FIRST.length);
    assert.deepEqual(stages, [70, 12, 2, 5, 6, 25, 180]);
  });

  test('are unknown where a mark is missing', () => {
    const lines = [...MADE_AHEAD, ...IN_HOST, ...IN_JOB];
    for (const call of ['writev', 'pwrite64', 'exit_group', 'wait4']) {
      const without = lines.filter((each) => !each.includes(`NR ${NUMBERS[call]} `));
      assert.ok(without.length < lines.length);
      assert.equal(stagesOf(traceOf(without), span), undefined);
    }
    assert.equal(firstStagesOf(traceOf(lines), span), undefined);
  });
});

test('the worker has the places at which its copy makes marks', () => {
  assert.equal(instrument('execute-worker').text.match(/pvfMark/g).length, 2);
  assert.equal(instrument('executor').text.match(/pvfMark/g).length, 2);
});
