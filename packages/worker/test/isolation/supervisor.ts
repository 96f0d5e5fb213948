// Runs a program and passes on what it prints and how it ends. One that hangs is ended with all of its processes, after it
// was told where in the kernel each of them waits. Arguments: the limit in ms, uid or '', the program and its arguments.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const [limitMs, uid, program, ...args] = process.argv.slice(2);
/** As from `timeout` of coreutils. */
const HUNG_STATUS = 124;

const ids = uid === '' ? {} : { uid: Number(uid), gid: Number(uid) };
const child = spawn(program!, args, { env: {}, stdio: ['ignore', 'inherit', 'inherit'], ...ids });
const timer = setTimeout(() => {
  console.error(`hangs:\n${describe(child.pid!, '')}`);
  for (const pid of family(child.pid!)) kill(pid);
  process.exitCode = HUNG_STATUS;
}, Number(limitMs));
child.on('exit', (code, signal) => {
  clearTimeout(timer);
  if (signal !== null) console.error(`ended by ${signal}`);
  process.exitCode ??= code ?? 1;
});

function describe(pid: number, indent: string): string {
  const threads = tasks(pid).map((tid) => {
    const about = (name: string): string => read(`/proc/${pid}/task/${tid}/${name}`);
    const state = /^State:\s+(.*)$/m.exec(about('status'))?.[1];
    return `${indent}${pid}/${tid} ${about('comm')} ${state}, in ${about('wchan')}, call ${about('syscall')}`;
  });
  return [...threads, ...children(pid).map((each) => describe(each, `${indent}  `))].join('\n');
}

function family(pid: number): readonly number[] {
  return [pid, ...children(pid).flatMap(family)];
}

function children(pid: number): readonly number[] {
  return tasks(pid).flatMap((tid) =>
    read(`/proc/${pid}/task/${tid}/children`)
      .split(' ')
      .filter((each) => /^\d+$/.test(each))
      .map(Number),
  );
}

function tasks(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}
