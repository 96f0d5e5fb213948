// What the programs are told on the command line. Options that several of them have are described here, once, so that they
// are called the same and mean the same everywhere.
import { parseArgs } from 'node:util';

/**
 * @typedef {object} OptionSpec one option
 * @property {'flag' | 'number' | 'text' | 'choice'} type of its value; a number is a whole one
 * @property {string} about one line for `--help`
 * @property {string} [word] what the value is called there
 * @property {number | string} [value] unless told otherwise
 * @property {number} [least] of a number, default 1
 * @property {readonly string[]} [choices] of a choice
 * @property {string} [needs] another option without which this one means nothing
 */

/** Those that mean the same in each program that has them. */
export const SHARED = {
  reference: {
    type: 'text',
    word: 'DIR',
    about: 'folder with pvf-reference-prepare-worker and pvf-reference-execute-worker: its sides more',
  },
  'reference-host': {
    type: 'text',
    word: 'PROGRAM',
    needs: 'reference',
    about: "pvf-reference-host (verify/reference/host): the reference's own host, too",
  },
  against: { type: 'text', word: 'DIR', about: 'another built checkout of this repository: its sides more' },
  runtimes: {
    type: 'text',
    word: 'DIR',
    about: 'folder of *.compact.compressed.wasm; default $PVF_REAL_PVFS, else .pvf-cache/real-pvfs',
  },
  cache: { type: 'text', word: 'DIR', about: 'keep artifacts there for the next run' },
};

/** `--candidates`, `--rounds` and so on: how often something is done, and how often before it counts. */
export function count(value, about, least = 1) {
  return { type: 'number', word: 'N', value, about, least };
}

/** In every program. */
const EVERYWHERE = {
  json: { type: 'flag', about: 'one JSON object instead of tables' },
  help: { type: 'flag', about: 'this text' },
};

/** The command line was wrong: `message` says how. */
export class UsageError extends Error {
  name = 'UsageError';
}

/**
 * Reads a command line.
 *
 * @param {Record<string, OptionSpec>} specs by the option's name
 * @param {readonly string[]} argv
 * @returns values by the option's name in camel case; a flag that is not given is false, another option its default or undefined
 * @throws UsageError
 */
export function parseOptions(specs, argv) {
  const all = { ...specs, ...EVERYWHERE };
  let values;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: Object.fromEntries(
        Object.entries(all).map(([name, { type }]) => [
          name,
          { type: type === 'flag' ? 'boolean' : 'string' },
        ]),
      ),
    }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  const options = {};
  for (const [name, spec] of Object.entries(all)) {
    options[camelCase(name)] = readValue(name, spec, values[name]);
    if (values[name] !== undefined && spec.needs !== undefined && values[spec.needs] === undefined)
      throw new UsageError(`--${name} needs --${spec.needs}`);
  }
  return options;
}

function readValue(name, { type, value: fallback, least = 1, choices }, given) {
  if (type === 'flag') return given ?? false;
  if (given === undefined) return fallback;
  if (type === 'number') {
    const number = given === '' ? Number.NaN : Number(given);
    if (!(Number.isSafeInteger(number) && number >= least))
      throw new UsageError(`--${name} is a whole number from ${least}`);
    return number;
  }
  if (type === 'choice' && !choices.includes(given))
    throw new UsageError(`--${name} is ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`);
  return given;
}

/** The text of `--help`. */
export function usageOf({ name, about, options, notes = [] }) {
  const lines = Object.entries({ ...options, ...EVERYWHERE }).map(([option, spec]) => {
    const word = spec.word === undefined ? '' : ` ${spec.word}`;
    const fallback = spec.value === undefined ? '' : `; default ${spec.value}`;
    return [`--${option}${word}`, `${spec.about}${fallback}`];
  });
  const width = Math.max(...lines.map(([left]) => left.length)) + 2;
  return [
    `usage: node bench/${name}.mjs [options]`,
    '',
    about,
    '',
    ...lines.map(([left, right]) => `  ${left.padEnd(width)}${right}`),
    '',
    ...notes,
    'Build first (npm run build). Exit status: 0, or 1 if a side answers wrongly or cannot be measured, or 2 for wrong use.',
  ].join('\n');
}

function camelCase(name) {
  return name.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase());
}
