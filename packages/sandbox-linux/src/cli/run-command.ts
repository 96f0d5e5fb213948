import { writeFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { parseArgs } from 'node:util';
import { invalidArgument } from '@pvf/linux';
import { spawnSandboxed } from '../spawn/spawn-sandboxed.ts';
import { describeEnd, statusOf } from './describe.ts';
import { policyOf } from './policy-of.ts';

const many = { type: 'string', multiple: true } as const;
const one = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const OPTIONS = {
  ro: many,
  rw: many,
  bind: many,
  'bind-rw': many,
  private: many,
  hide: many,
  visible: flag,
  policy: one,
  preset: one,
  net: one,
  mem: one,
  cpu: one,
  wall: one,
  pids: one,
  files: one,
  'file-size': one,
  env: many,
  'env-all': flag,
  user: one,
  root: one,
  deny: many,
  'on-violation': one,
  'no-system': flag,
  'best-effort': flag,
  json: one,
  quiet: flag,
} as const;

/** `run`: returns the exit status. @throws SandboxError INVALID_ARGUMENT for a wrong command line */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const separator = argv.indexOf('--');
  const [program, ...args] = separator < 0 ? [] : argv.slice(separator + 1);
  if (program === undefined)
    invalidArgument('command line', argv.join(' '), 'write the program after --, e.g. run --net none -- sh');
  const options = parse(argv.slice(0, separator));
  const policy = policyOf(options, program);
  const child = spawnSandboxed(program, args, policy, { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  // A terminal signals the program itself; for anyone else's signals the launcher has to be told.
  const onTerminal = [0, 1, 2].some((fd) => isatty(fd));
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.on(signal, () => {
      if (!onTerminal) child.kill(signal);
    });
  }
  const end = await child.ended;
  if (options.json === '-') process.stderr.write(`${JSON.stringify(end)}\n`);
  else if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(end, undefined, 2)}\n`);
  const fine = end.reason.type === 'exited' && end.reason.code === 0;
  if (!(fine && options.quiet === true) && options.json !== '-') {
    for (const line of describeEnd(end, policy.limits ?? {})) process.stderr.write(`sandbox: ${line}\n`);
  }
  return statusOf(end.reason);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    return invalidArgument(
      'command line',
      argv.join(' '),
      error instanceof Error ? error.message : String(error),
    );
  }
}
