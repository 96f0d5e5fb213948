import { parseArgs } from 'node:util';

const PROGRAMS = ['scaling', 'overhead', 'memory'] as const;
/** One of the benchmarks. */
export type ProgramName = (typeof PROGRAMS)[number];
/** How the command is called. */
export const USAGE = `usage: npm run cluster-bench -- scaling|overhead|memory [options]

  --json             one JSON object instead of a table
scaling:
  --agents LIST      how many agents, one after another; default 1,4,16,64
  --slots N          jobs at once of each agent; default 2
  --wait LO-HI       what stands for a job, milliseconds, drawn evenly; default 50-300
  --seconds N        of each measurement; default 8
  --servers N        NATS servers, 1 or 3; default 1
  --processes N      that agents are spread over; default 2
  --no-limit         do not look for the limit by shorter waits
overhead:
  --candidates N     of each side and size; default 300
  --at-once LIST     candidates at once; default 1,2
  --pov-bytes LIST   default 1024,131072,4194304
memory:
  --candidates N     default 200000

Needs nats-server (in PATH, Go's bin, or NATS_SERVER). Exit status: 0, 1 if something failed, 2 for wrong use.`;

const numbers = (text: string) => text.split(',').map(Number);

/** @throws Error with a message for whoever called it wrongly */
export function parse(argv: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    allowNegative: true,
    options: {
      json: { type: 'boolean', default: false },
      agents: { type: 'string', default: '1,4,16,64' },
      slots: { type: 'string', default: '2' },
      wait: { type: 'string', default: '50-300' },
      seconds: { type: 'string', default: '8' },
      servers: { type: 'string', default: '1' },
      processes: { type: 'string', default: '2' },
      limit: { type: 'boolean', default: true },
      candidates: { type: 'string' },
      'at-once': { type: 'string', default: '1,2' },
      'pov-bytes': { type: 'string', default: '1024,131072,4194304' },
    },
  });
  const program = PROGRAMS.find((name) => name === positionals[0]);
  if (program === undefined || positionals.length > 1) throw new Error(`name one of ${PROGRAMS.join(', ')}`);
  const [least, most] = values.wait.split('-').map(Number);
  const options = {
    json: values.json,
    agents: numbers(values.agents),
    slots: Number(values.slots),
    wait: { least: least ?? 0, most: most ?? least ?? 0 },
    seconds: Number(values.seconds),
    servers: Number(values.servers),
    processes: Number(values.processes),
    findLimit: values.limit,
    candidates: values.candidates === undefined ? undefined : Number(values.candidates),
    atOnce: numbers(values['at-once']),
    povBytes: numbers(values['pov-bytes']),
  };
  const { json: _, findLimit: __, wait, candidates = 1, ...counts } = options;
  for (const value of [...Object.values(counts).flat(), candidates])
    if (!(Number.isSafeInteger(value) && value > 0))
      throw new Error('numbers are whole and above 0, lists have commas');
  if (!(wait.least >= 0 && wait.most >= wait.least)) throw new Error('--wait is LO-HI');
  return { program, options };
}

/** What the programs are told. */
export type BenchOptions = ReturnType<typeof parse>['options'];
