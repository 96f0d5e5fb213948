// What the program loads before it knows what to do: the less, the sooner it answers.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = new URL('../dist/main.js', import.meta.url);

/** The packages that were loaded to run a command line. */
function loadedBy(...argv: string[]): string[] {
  const code = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ resolve(specifier, context, next) {
      if (/^[@a-z]/.test(specifier) && !specifier.startsWith('@pvf/cli/')) loaded.add(specifier);
      return next(specifier, context);
    } });
    process.argv = ['node', ${JSON.stringify(fileURLToPath(MAIN))}, ...${JSON.stringify(argv)}];
    process.on('exit', () => console.log('LOADED ' + JSON.stringify([...loaded])));
    await import(${JSON.stringify(MAIN.href)});`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  const line = stdout.split('\n').find((each) => each.startsWith('LOADED '));
  expect(line, stderr).toBeDefined();
  return JSON.parse(line!.slice('LOADED '.length)).filter(
    (name: string) => !/^(node:|\.)/.test(name) && name.includes('/') === name.startsWith('@'),
  );
}

const NODE_MODULES =
  /^(assert|async_hooks|buffer|child_process|crypto|events|fs|module|net|os|path|process|stream|timers|tty|url|util|worker_threads|zlib)$/;

test.each([
  ['the version', ['--version']],
  ['help', ['validate', '--help']],
  ['a slip', ['prechek']],
  ['completion', ['completion', 'bash']],
])('%s needs commander and nothing else', (_, argv) => {
  expect(loadedBy(...argv).filter((name) => !NODE_MODULES.test(name))).toEqual(['commander']);
});
