// From what the kernel has seen to the stages of a candidate. Each stage ends where the next one begins, so that together they
// are the whole time. What a stage is recognised by is what our processes do in `packages/host/src/execute/work.ts`,
// `packages/execute-worker/src/worker.ts` and `packages/worker/src/children/template.ts`; where one of its marks is missing, the
// candidate is left out, and a breakdown without candidates says so.

const NS_PER_US = 1e3;
/** So long before its command, nanoseconds, a job is looked for. */
const AHEAD_NS = 10e9;
/** Bytes of the command that a waiting job reads. */
const COMMAND_BYTES = 8;

/** A candidate whose job has waited for it, stage by stage: name, process, and what happens. */
export const USUAL = [
  ['host queue', 'host', 'request checked, queued, given to a worker, put into frames'],
  ['send', 'host', 'written'],
  ['socket', 'worker', 'until the worker has read it'],
  ['order', 'worker', 'other templates stopped, the waiting job found'],
  ['copy to shared memory', 'worker', 'the request, where the job has it mapped'],
  ['command', 'worker, job', 'the job is told, and wakes up'],
  ['restrict', 'job', 'what it still had to give up; it says that it begins'],
  ['decode', 'job', 'request decoded, PoV decompressed, parameters encoded'],
  ['copy', 'job', 'parameters into the guest’s memory'],
  ['run', 'job', '`validate_block`'],
  ['answer', 'job', 'the result is checked, encoded and written'],
  ['exit', 'kernel', 'memory and namespaces are torn down; the worker notices'],
  ['reap', 'worker', '`wait4`: what the kernel says of time and end'],
  ['worker’s answer', 'worker', 'the job’s answer read, the next job ordered, the answer written'],
  ['socket, back', 'host', 'until the host has read it'],
  ['outcome', 'host', 'answer decoded, the worker’s directory emptied, outcome made'],
];

/** What was done for it ahead of time, while the host made up its mind about the candidate before. */
export const AHEAD = [
  ['fork', 'template', 'a job is ordered, the worker lets the template make it, the kernel makes it'],
  ['restrict', 'job', 'descriptors, limits, capabilities; it waits'],
];

/** The first candidate of a PVF, up to where it goes on like any other. */
export const FIRST = [
  ['host queue, link, send, socket', 'host', 'as above'],
  ['look', 'worker', 'artifact file verified, place made for a template'],
  ['fork of the template', 'worker, kernel', 'with namespaces of its own'],
  ['restrict', 'template', 'everything that a job gives up but what making jobs needs'],
  ['load', 'template', 'machine code and module, instance, code locked'],
  ['job', 'worker, template', 'told, ordered, forked, restricted, until it has its command'],
  ['the rest', 'all', 'from `restrict` above on'],
];

/**
 * How long each stage of `USUAL` and of `AHEAD` took for the candidate that was given to the host at `from` and had its outcome at `to`.
 *
 * @param {Trace} trace
 * @param {readonly [number, number]} span from, to
 * @returns `{ usual, ahead }`, microseconds in the order of the stages; undefined if a mark is missing
 */
export function stagesOf(trace, [from, to]) {
  return orMissing(() => {
    const it = trace.candidate(from, to);
    const { decoded, copied, ran } = it.marks;
    const usual = [from, it.sending, it.sent, it.read, it.fill.enter, it.fill.exit, it.commanded];
    usual.push(it.begun, decoded, copied, ran, it.exiting, it.ended, it.reaped, it.told, it.heard, to);
    return { usual: lengths(usual), ahead: lengths(trace.aheadOf(it)) };
  });
}

/** The same for the stages of `FIRST`: a candidate for which a template was made. */
export function firstStagesOf(trace, [from, to]) {
  return orMissing(() => {
    const it = trace.candidate(from, to);
    const { asked, begun, restricted, ready } = trace.templateOf(it);
    return lengths([from, it.read, asked, begun, restricted, ready, it.commanded, to]);
  });
}

class Missing extends Error {}

function orMissing(run) {
  try {
    return run();
  } catch (error) {
    if (error instanceof Missing) return undefined;
    throw error;
  }
}

/** From points in time, in nanoseconds, to the time between them in microseconds; what happened at the same time on two processors takes none. */
function lengths(points) {
  let last = points[0];
  return points.slice(1).map((point) => {
    const length = Math.max(0, point - last);
    last = Math.max(last, point);
    return length / NS_PER_US;
  });
}

/** What was seen of a host and its one worker. */
export class Trace {
  #events;
  #host;
  #worker;

  /** @param events of `parseEvents` */
  constructor(events, { host, worker }) {
    this.#events = events;
    this.#host = host;
    this.#worker = worker;
  }

  /** When what happened to one candidate. @throws Missing */
  candidate(from, to) {
    const events = this.#between(from, to);
    const main =
      (type, ...calls) =>
      (each) =>
        each.tid === this.#host && each.type === type && calls.includes(each.call);
    const worker = (type, call) => (each) =>
      each.pid === this.#worker && each.type === type && each.call === call;

    const filling = first(events, from, worker('enter', 'ftruncate'));
    const filled = first(events, filling.at, worker('exit', 'pwrite64'));
    const command = first(
      events,
      filled.at,
      (each) => worker('enter', 'write')(each) && each.args[2] === COMMAND_BYTES,
    );
    const fill = { enter: filling.at, exit: last(events, command.at, worker('exit', 'pwrite64')).at };
    const commanded = first(
      events,
      command.at,
      (each) =>
        ![this.#host, this.#worker].includes(each.pid) &&
        each.type === 'exit' &&
        each.call === 'read' &&
        each.result === COMMAND_BYTES,
    );
    const job = (type, call) => (each) =>
      each.pid === commanded.pid && each.type === type && each.call === call;
    const writes = (length) => (each) => job('enter', 'write')(each) && length(each.args[2]);
    const begun = first(
      events,
      commanded.at,
      writes((length) => length === 1),
    );
    const marks = events.filter(writes((length) => length === 0)).map(({ at }) => at);
    if (marks.length !== 3) throw new Missing();
    const exiting = first(events, marks[2], job('enter', 'exit_group'));
    const reaped = first(events, exiting.at, (each) => worker('exit', 'wait4')(each) && each.result > 0);
    const reaping = last(events, reaped.at, worker('enter', 'wait4'));
    const telling = first(events, reaped.at, (each) => worker('enter', 'write')(each) && each.args[2] > 1);
    const told = first(events, telling.at, worker('exit', 'write'));
    const onSocket = (each) => each.args?.[0] === telling.args[0];
    const read = last(events, filling.at, (each) => worker('exit', 'read')(each) && onSocket(each));
    // On what it hears later: the host has more to write to than its worker.
    const heardOn = new Set(
      events
        .filter((each) => each.at >= telling.at && main('exit', 'read')(each))
        .map(({ args }) => args?.[0]),
    );
    const sending = last(
      events,
      read.at,
      (each) => main('enter', 'writev', 'write')(each) && heardOn.has(each.args[0]),
    );
    const sent = first(events, sending.at, main('exit', 'writev', 'write'));
    const heard = first(
      events,
      telling.at,
      (each) => main('exit', 'read')(each) && each.args?.[0] === sent.args[0],
    );
    return {
      sending: sending.at,
      sent: sent.at,
      read: read.at,
      fill,
      job: commanded.pid,
      commanded: commanded.at,
      begun: first(events, begun.at, job('exit', 'write')).at,
      marks: { decoded: marks[0], copied: marks[1], ran: marks[2] },
      exiting: exiting.at,
      ended: reaping.at,
      reaped: reaped.at,
      told: told.at,
      heard: heard.at,
    };
  }

  /** When its job was ordered, forked, and waited. @throws Missing */
  aheadOf({ job, commanded }) {
    const events = this.#between(commanded - AHEAD_NS, commanded);
    const forked = last(events, commanded, (each) => each.type === 'fork' && each.child === job);
    const ordered = last(
      events,
      forked.at,
      (each) =>
        each.pid === this.#worker && each.type === 'exit' && each.call === 'write' && each.args?.[2] === 1,
    );
    const own = (each) => each.pid === job;
    const started = first(events, forked.at, own);
    const waits = last(
      events,
      commanded,
      (each) => own(each) && each.type === 'enter' && each.call === 'read',
    );
    return [ordered.at, started.at, waits.at];
  }

  /** When its template was asked for, started, restricted, and ready. @throws Missing */
  templateOf({ read, commanded }) {
    const events = this.#between(read, commanded);
    const forked = first(events, read, (each) => each.pid === this.#worker && each.type === 'fork');
    const asked = last(events, forked.at, (each) => each.pid === this.#worker && each.type === 'enter');
    const own = (call) => (each) => each.pid === forked.child && (call === undefined || each.call === call);
    const begun = first(events, forked.at, own());
    const ready = first(events, begun.at, (each) => own('write')(each) && each.args?.[2] === 1);
    const limited = last(events, ready.at, (each) => own('prlimit64')(each) && each.type === 'exit');
    const restricted = first(events, limited.at, (each) => own('seccomp')(each) && each.type === 'exit');
    return { asked: asked.at, begun: begun.at, restricted: restricted.at, ready: ready.at };
  }

  #between(from, to) {
    return this.#events.slice(this.#placeOf(from), this.#placeOf(to));
  }

  /** Of the first event that is not before. */
  #placeOf(at) {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle].at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The first such event that is not before. @throws Missing */
function first(events, at, test) {
  const found = events.find((each) => each.at >= at && test(each));
  if (found === undefined) throw new Missing();
  return found;
}

/** The last such event that is not after. @throws Missing */
function last(events, at, test) {
  const found = events.findLast((each) => each.at <= at && test(each));
  if (found === undefined) throw new Missing();
  return found;
}
