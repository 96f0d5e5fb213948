// `npm run cluster-bench -- scaling|overhead|memory [options]`: what a cluster does on this machine, with a real NATS server on
// loopback. README.md tells what each measures.
import { memory } from './memory.ts';
import { overhead } from './overhead.ts';
import { scaling } from './scaling.ts';
import { thisMachine } from './support/machine.ts';
import { type BenchOptions, type ProgramName, parse, USAGE } from './support/options.ts';

const PROGRAMS: Record<
  ProgramName,
  (options: BenchOptions, tell: (line: string) => void) => Promise<object>
> = {
  scaling,
  overhead,
  memory,
};

let asked: ReturnType<typeof parse> | undefined;
try {
  asked = parse(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
if (asked !== undefined) {
  const { program, options } = asked;
  const tell = (line: string) => (options.json ? console.error(line) : console.log(line));
  const machine = thisMachine();
  tell(`${machine.cpu}, ${machine.cores} cores, load ${machine.load}; Node ${process.version}`);
  try {
    const result = await PROGRAMS[program](options, tell);
    if (options.json) console.log(JSON.stringify({ program, machine, ...result }));
  } catch (error) {
    console.error(`cluster-bench: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
