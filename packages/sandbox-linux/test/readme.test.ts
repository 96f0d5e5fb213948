import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LACKS } from './support/expected-abilities.ts';
import { NODE, PACKAGE } from './support/paths.ts';
import { IDENTITIES, type Identity } from './support/spawn.ts';

const NOBODY = 65_534;
const README = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text]) => text ?? '',
  );
/** Every command line of the README that runs this package's program, without what npx does. */
const COMMANDS = blocks('sh')
  .flatMap((block) => block.split('\n'))
  .filter((line) => line.startsWith('npx @pvf/sandbox-linux '))
  .map((line) => line.replace('npx @pvf/sandbox-linux ', '').replace(/\s*#.*/, ''));

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-linux-'));
  chmodSync(directory, 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A folder with all that the README's examples name. */
function folder(): { cwd: string; home: string } {
  const base = mkdtempSync(join(directory, 'reader-'));
  const [cwd, home] = [join(base, 'work'), join(base, 'home')];
  const files: Readonly<Record<string, string>> = {
    'work/script.py': "print('ran')\n",
    'work/out/kept': '',
    'work/src/.env': 'secret\n',
    'work/src/main': '',
    'work/data/given': 'given\n',
    'work/tool':
      '#!/bin/sh\ntest ! -e src/.env && test -e src/main && cat /data/given && touch "$HOME/.cache/x"\n',
    'work/sandbox.json': '{ "preset": "build", "limits": { "wallMs": 60000 } }',
    'work/Makefile': 'all:\n\ttouch made\n',
    'work/package.json': '{ "name": "p", "version": "1.0.0" }',
    'work/package-lock.json':
      '{ "name": "p", "version": "1.0.0", "lockfileVersion": 3, "packages": { "": { "name": "p", "version": "1.0.0" } } }',
    'home/.cache/y': '',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text, { mode: 0o755 });
  }
  for (const path of [base, cwd, join(cwd, 'out'), home]) chmodSync(path, 0o777);
  return { cwd, home };
}

function run(as: Identity, script: string, args: readonly string[]) {
  const { cwd, home } = folder();
  const drop = as === 'user' && process.getuid?.() === 0;
  return spawnSync('/bin/sh', ['-c', script, 'sh', ...args], {
    encoding: 'utf8',
    cwd,
    env: { PATH: `${dirname(NODE)}:/usr/local/bin:/usr/bin:/bin:${process.env.PATH ?? ''}`, HOME: home },
    timeout: 50_000,
    ...(drop ? { uid: NOBODY, gid: NOBODY } : {}),
  });
}

describe.each(IDENTITIES)('the README, as %s', (as) => {
  test('has the command lines that are run here', () => {
    expect(COMMANDS).toHaveLength(5);
    expect(blocks('ts')).toHaveLength(1);
  });

  test.each(COMMANDS)('sandbox-linux %s', (command) => {
    const { status, stdout, stderr } = run(as, `"$1" "$2" ${command}`, [NODE, join(PACKAGE, 'dist/cli.js')]);
    const lacking = LACKS.find((program) => command.includes(program === 'cc' ? 'make' : program));
    if (lacking === undefined) expect(status, stderr).toBe(0);
    else expect(status).not.toBe(0);
    if (command.includes('script.py') && lacking === undefined) expect(stdout).toBe('ran\n');
    if (command.includes('./tool')) expect(stdout).toBe('given\n');
  });

  test('its sample of the API', () => {
    const [sample = ''] = blocks('ts');
    const url = pathToFileURL(join(PACKAGE, 'dist/index.js')).href;
    const code = `${sample.replace("'@pvf/sandbox-linux'", JSON.stringify(url))}
      console.error(JSON.stringify({ reason, layers: outcomes.map(({ layer }) => layer) }));`;
    const { stdout, stderr } = run(as, '"$1" --input-type=module -e "$2"', [NODE, code]);
    const { reason, layers } = JSON.parse(stderr) as { reason: object; layers: string[] };
    expect(layers).toEqual(['namespaces', 'network', 'files', 'syscalls', 'limits', 'privileges']);
    if (LACKS.includes('python3')) expect(reason).toMatchObject({ type: 'not-started', errno: 'ENOENT' });
    else expect([stdout, reason]).toEqual(['ran\n', { type: 'exited', code: 0 }]);
  });
});
