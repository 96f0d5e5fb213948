// A copy of the execute worker whose jobs make marks: writes of no bytes into their pipe, which change nothing, which their filters
// allow, and which a trace of system calls shows. Between its beginning and its answer a job makes no call of its own accord, so
// that nothing else tells decoding and copying from running. The worker itself has no such code.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url));
const MARK = 'globalThis.pvfMark?.();';

/** By package: places in its build, each of which is there once, and what stands there in the copy. */
const CHANGES = {
  'execute-worker': [
    [
      /function executeJob\(\w+, (\w+), \w+\) \{/g,
      '$& globalThis.pvfMark = () => markWith($1, NO_BYTES, 0, 0);',
    ],
    [/const params = ValidationInput\.encode\(.*\);/g, `$& ${MARK}`],
  ],
  executor: [
    [/new Uint8Array\(memory\.buffer\)\.set\(params, pointer\d*\);/g, `$& ${MARK}`],
    [/const pointer\d* = Number\(packed & /g, `${MARK} $&`],
  ],
};
const IMPORTS = {
  'execute-worker': "import { writeSync as markWith } from 'node:fs';\nconst NO_BYTES = new Uint8Array(1);\n",
};

/**
 * The file of a package's build that is changed, with the marks put in.
 *
 * @param {'execute-worker' | 'executor'} name
 * @throws Error when there is no such file
 */
export function instrument(name) {
  const folder = join(PACKAGES, name, 'dist');
  for (const file of readdirSync(folder).filter((each) => each.endsWith('.js'))) {
    const text = readFileSync(join(folder, file), 'utf8');
    if (!CHANGES[name].every(([place]) => text.match(place)?.length === 1)) continue;
    const changed = CHANGES[name].reduce((all, [place, instead]) => all.replace(place, instead), text);
    return { file, text: `${IMPORTS[name] ?? ''}${changed}` };
  }
  throw new Error(
    `the build of packages/${name} has changed: no file has the places of bench/breakdown/instrumented.mjs`,
  );
}

/** Makes the copy below a folder. @returns the path of its program */
export function makeInstrumentedWorker(directory) {
  const [worker, executor] = ['execute-worker', 'executor'].map((name) => {
    const copy = join(directory, name);
    for (const part of ['bin', 'dist', 'package.json'])
      if (existsSync(join(PACKAGES, name, part)))
        cpSync(join(PACKAGES, name, part), join(copy, part), { recursive: true });
    const { file, text } = instrument(name);
    writeFileSync(join(copy, 'dist', file), text);
    linkModules(join(PACKAGES, name, 'node_modules'), join(copy, 'node_modules'));
    return copy;
  });
  symlinkSync(executor, join(worker, 'node_modules/@pvf/executor'));
  return join(worker, 'bin/pvf-execute-worker');
}

/** The same packages; of ours, links that can be changed one by one. */
function linkModules(from, to) {
  mkdirSync(join(to, '@pvf'), { recursive: true });
  for (const name of readdirSync(from).filter((each) => !each.startsWith('.') && each !== '@pvf'))
    symlinkSync(realpathSync(join(from, name)), join(to, name));
  for (const name of readdirSync(join(from, '@pvf')).filter((each) => each !== 'executor'))
    symlinkSync(realpathSync(join(from, '@pvf', name)), join(to, '@pvf', name));
}
