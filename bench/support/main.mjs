// What all programs have in common: options, the sides' end, output, exit status. A program is a module with
//   name, about     for `--help`
//   options         what it can be told (see options.mjs)
//   measure(options)  → `results`, plain data
//   tables(results)   → `[{ title, rows }]`, for people
import { commitOf, machineOf } from './machine.mjs';
import { parseOptions, UsageError, usageOf } from './options.mjs';

/** Runs a program with this command line; prints what it measured. @returns its exit status */
export async function main(program, argv) {
  let options;
  try {
    options = parseOptions(program.options, argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${program.name}: ${error.message}\n\n${usageOf(program)}`);
    return 2;
  }
  if (options.help) {
    console.log(usageOf(program));
    return 0;
  }
  try {
    const machine = machineOf();
    const results = await program.measure(options);
    if (options.json) console.log(JSON.stringify(recordOf(program, options, machine, results), rounded));
    else print(program.tables(results), machine);
    return 0;
  } catch (error) {
    console.error(`${program.name}: ${process.env.DEBUG === undefined ? error.message : error.stack}`);
    return 1;
  }
}

/**
 * A result as it is kept: what was measured, of which commit, where, and how. Options that name folders are kept as whether
 * they were given: no path of a machine belongs into a result.
 */
function recordOf({ name, options: specs }, options, machine, results) {
  const kept = Object.entries(options)
    .filter(([option, value]) => !['json', 'help'].includes(option) && value !== undefined && value !== false)
    .map(([option, value]) => [option, specs[kebabCase(option)]?.type === 'text' ? true : value]);
  const date = new Date().toISOString().slice(0, 10);
  return { bench: name, commit: commitOf(), date, machine, options: Object.fromEntries(kept), results };
}

/** Digits beyond these were never measured. */
const DIGITS = 5;

function rounded(_, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
}

function kebabCase(name) {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function print(tables, machine) {
  for (const { title, rows, notes = [] } of tables) {
    console.log(`${title}`);
    console.table(rows);
    for (const note of notes) console.log(note);
  }
  const gib = (machine.memoryBytes / 1024 ** 3).toFixed(0);
  console.log(
    `${machine.processors} × ${machine.processor}, ${gib} GiB, Linux ${machine.kernel}, Node ${machine.node}; load before ${machine.load}`,
  );
}
