// Every sample of TypeScript in a README or document compiles, and every command in one names things that exist.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commandsOf, inlineCommandsOf, pagesOf, samplesIn, samplesOf } from './samples.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const samples = samplesOf(root);
/** Inside the checkout, so that the types of Node and of the packages are found as in a user's project. */
const work = join(root, 'node_modules', '.docs-samples');
after(() => rmSync(work, { recursive: true, force: true }));

/** Name → file with its types. */
const types = new Map(
  ['packages', 'examples']
    .flatMap((parent) => readdirSync(join(root, parent)).map((folder) => join(root, parent, folder)))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => [folder, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))])
    .flatMap(([folder, { name, exports = {} }]) =>
      Object.entries(exports)
        .map(([path, what]) => [join(name, path), what.types ?? (path === '.' && what)])
        .filter(([, file]) => file)
        .map(([specifier, file]) => [specifier, join(folder, file)]),
    ),
);

test('samples are found with their line, language and what is given', () => {
  const text = 'a\n<!-- given: declare const x: number; -->\n```ts\nx;\n```\n\n```sh\nnpm test\n```\n';
  assert.deepEqual(samplesIn('A.md', text), [
    { file: 'A.md', line: 3, language: 'ts', code: 'x;\n', given: 'declare const x: number;' },
    { file: 'A.md', line: 7, language: 'sh', code: 'npm test\n', given: '' },
  ]);
  assert.deepEqual(commandsOf('npm test \\\n  -- x # why\n\n# only this\n'), ['npm test -- x']);
});

describe('TypeScript', () => {
  const code = samples.filter(({ language }) => language === 'ts');

  test('compiles', () => {
    const places = new Map();
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    code.forEach((sample, i) => {
      places.set(`sample-${i}.ts`, sample);
      // What is given comes last, so that the lines of the compiler's messages are the sample's.
      writeFileSync(join(work, `sample-${i}.ts`), `${sample.code}\n${sample.given}\nexport {};\n`);
    });
    const paths = Object.fromEntries([...types].map(([name, file]) => [name, [file]]));
    const compilerOptions = {
      target: 'es2024',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      types: ['node'],
      paths,
    };
    writeFileSync(join(work, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    writeFileSync(join(work, 'package.json'), '{ "type": "module" }');
    const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', work, '--pretty', 'false'], {
      encoding: 'utf8',
      cwd: work,
    });
    const problems = tsc.stdout.replaceAll(/^(sample-\d+\.ts)\((\d+),\d+\)/gm, (_, name, line) => {
      const sample = places.get(name);
      return `${sample.file}:${sample.line + Number(line)}`;
    });
    assert.equal(problems, '');
    assert.equal(tsc.status, 0);
    assert.ok(code.length >= 10);
  });

  for (const { file, line, code: text } of code)
    test(`${file}:${line} runs on the oldest Node that is promised`, () => {
      // Node 22 does not parse it: https://nodejs.org/en/blog/release/v24.0.0 (V8 13.6)
      assert.doesNotMatch(text, /\bawait using\b/);
    });
});

describe('commands', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const inBlocks = samples
    .filter(({ language }) => language === 'sh' || language === '')
    .flatMap((sample) => commandsOf(sample.code).map((command) => ({ ...sample, command })))
    .filter(({ command }) => /^(npm|npx|node|pnpm|cd|cargo|pvf|packages\/|\.\/|\.ci\/)/.test(command));
  const inText = pagesOf(root).flatMap(({ file, text }) => inlineCommandsOf(file, text));
  const commands = [...inBlocks, ...inText];
  /** Programs that the packages of a user's project bring, or that npx fetches: not run from this repository's root. */
  const ELSEWHERE = /^(examples\/component|packages\/component)/;

  for (const { file, line, command } of commands)
    test(`${file}:${line} ${command}`, () => {
      // The test that it names is still called so.
      const [, path, name] = /test:one -- (\S+) -t '?([^'#]+)/.exec(command) ?? [];
      if (path !== undefined)
        assert.match(read(path), new RegExp(`^ *(it|test|describe)\\(['"\`].*${name.trim()}`, 'm'));
      for (const part of command.split(/\s*(?:&&|;)\s*/)) {
        const [program, ...args] = part.split(/\s+/);
        assert.notEqual(program, 'pnpm', 'users have npm: pnpm is in tools/toolchain alone');
        if (program === 'npm' && args[0] === 'run') npmRun(args[1], args.slice(args.indexOf('--') + 1), file);
        if (program === 'npm' && ['test', 'start'].includes(args[0])) assert.ok(args[0] in scripts);
        if (program === 'pvf') knowsFlags('packages/cli/src', args);
        if (program === 'node' && !ELSEWHERE.test(file)) {
          const [script, what, started, ...rest] = args;
          // On Node 20 nothing else runs: what is in the folders below needs the pinned Node, and a build.
          if (/^(bench|fuzz|verify|scripts|packages)\//.test(script)) assert.equal(script, 'scripts/run.mjs');
          if (script !== 'scripts/run.mjs') continue;
          if (what === 'node') scriptWithFlags(started, rest);
        }
        if (program === 'cd' && !args[0].startsWith('..')) assert.ok(exists(args[0], file), `no ${args[0]}`);
        if (/^(packages\/|\.ci\/)/.test(program)) assert.ok(existsSync(join(root, program)), `no ${program}`);
      }
    });
  test('there are some', () => assert.ok(inBlocks.length >= 20 && inText.length >= 20));

  const exists = (path, file) => existsSync(join(root, path)) || existsSync(join(root, dirname(file), path));

  function npmRun(name, args, file) {
    assert.ok(name in scripts, `no script ${name}`);
    const [, , kind, script] = scripts[name].split(' ');
    if (kind === 'pvf') knowsFlags('packages/cli/src', args);
    if (kind === 'node') scriptWithFlags(script, args);
    if (kind === 'one' && /[/.]/.test(args[0]) && !/[A-Z]{3}/.test(args[0]))
      assert.ok(exists(args[0], file), `no ${args[0]}`);
  }

  function scriptWithFlags(script, args) {
    assert.ok(existsSync(join(root, script)), `no ${script}`);
    knowsFlags(dirname(script), args, script);
  }

  /**
   * Each flag is spelled out somewhere in the code of the program, which is the folder and what its first file imports from
   * elsewhere: `--like-this`, or as the key of an option.
   */
  function knowsFlags(folder, args, script) {
    const flags = args.filter((each) => /^\[?--\w/.test(each)).map((each) => /--([\w-]+)/.exec(each)[1]);
    if (flags.length === 0) return;
    const imported =
      script === undefined
        ? []
        : [...read(script).matchAll(/(?:from|import\() ?'(\.\.\/[^']+)'/g)].map(([, path]) =>
            join(dirname(script), path),
          );
    const code = [...sources(folder), ...imported].map(read).join('\n');
    for (const flag of flags) {
      const camel = flag.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase());
      const spelled = new RegExp(`--${flag}\\b|'${flag}'|\\b${camel}\\??:|--no-${flag}\\b`);
      assert.ok(spelled.test(code), `${script ?? folder} does not know --${flag}`);
    }
  }

  function read(path) {
    return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
  }

  function sources(folder) {
    const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', folder], {
      cwd: root,
      encoding: 'utf8',
    });
    return listed.split('\n').filter((path) => /\.(mjs|ts)$/.test(path) && !path.endsWith('.generated.ts'));
  }
});
