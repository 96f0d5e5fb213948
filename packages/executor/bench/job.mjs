// A forked job, and a stopwatch inside it.
import * as sandbox from '@pvf/linux';

/** Nanoseconds of CPU per turn: best of `rounds`, each about 20 ms. */
export function measure(turns, rounds = 7) {
  const time = (n) => {
    const start = process.cpuUsage();
    turns(n);
    const { user, system } = process.cpuUsage(start);
    return (user + system) * 1000;
  };
  let n = 1;
  while (time(n) < 5e6) n *= 2;
  n *= 4;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) best = Math.min(best, time(n) / n);
  return best;
}

/** Runs `body` in a forked child and returns the object it returns. */
export function inJob(body) {
  const { readFd, writeFd } = sandbox.pipe();
  const write = (text) => {
    const bytes = Buffer.from(text);
    sandbox.writeAll(writeFd, bytes);
  };
  const pid = sandbox.forkChild({
    body: () => {
      write(JSON.stringify(body()));
      return 0;
    },
    onError: (error) => {
      write(JSON.stringify({ error: String(error?.stack ?? error) }));
      return 1;
    },
  });
  sandbox.closeDescriptor(writeFd);
  const buffer = Buffer.alloc(65_536);
  const length = sandbox.readFully(readFd, buffer);
  sandbox.closeDescriptor(readFd);
  const end = sandbox.waitForChild(pid);
  if (end.exited === undefined) throw new Error(`job killed by signal ${end.signaled}`);
  const result = JSON.parse(buffer.toString('utf8', 0, length));
  if (result.error) throw new Error(result.error);
  return result;
}

export function lockMemory() {
  const maps = sandbox.openOwnMaps();
  sandbox.lockExecutableMemory(maps);
  sandbox.closeDescriptor(maps);
}
