// A Node developer who wants a sandbox around a script: has @pvf/sandbox-linux from npm, and its README.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { firstSample, withOwn } from './samples.mjs';

/** Tries what it was not given; says what it got. */
const SCRIPT = `
import { connect } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
const attempt = (what) => { try { what(); return 'done'; } catch (error) { return error.code; } };
console.log('inside', attempt(() => readFileSync('given.txt')));
console.log('out', attempt(() => writeFileSync('out/result.txt', 'made')));
console.log('elsewhere', attempt(() => writeFileSync('given.txt', 'changed')));
console.log('secret', attempt(() => readFileSync(process.env.SECRET ?? '/etc/shadow')));
connect(9, '127.0.0.1').on('error', ({ code }) => console.log('network', code)).on('connect', () => console.log('network open'));
`;

export async function playSandboxUser(person) {
  const { folder, installed } = person;
  const node = person.run(['node', '-p', 'process.execPath']).stdout.trim();
  person.run(['mkdir', 'out']);
  for (const [name, text] of [
    ['script.mjs', SCRIPT],
    ['given.txt', 'given'],
    ['endless.mjs', 'for (;;);'],
  ])
    writeFileSync(join(folder, name), text);

  const npx = ['npx', '--no-install', '--prefix', installed, '@pvf/sandbox-linux'];
  const probe = JSON.parse(person.run([...npx, 'probe', '--json']).stdout);
  assert.ok(probe.layers.length > 5);
  const readme = readFileSync(new URL('../../packages/sandbox-linux/README.md', import.meta.url), 'utf8');
  // The README's first command, around a script of Node instead of Python.
  const given = '--ro . --rw ./out --net none --mem 512M --cpu 10s';
  assert.ok(readme.includes(`npx @pvf/sandbox-linux run ${given} -- `));
  const run = (script, options = given) =>
    person.run(['sandbox-linux', 'run', ...options.split(' '), '--', node, script], { exit: [0, 124] });
  const { stdout } = run('script.mjs');
  assert.match(stdout, /^inside done$/m);
  assert.match(stdout, /^out done$/m);
  assert.match(stdout, /^elsewhere (EACCES|EROFS|EPERM)$/m);
  assert.match(stdout, /^secret (ENOENT|EACCES)$/m);
  assert.match(stdout, /^network E[A-Z]+$/m);
  assert.equal(readFileSync(join(folder, 'out/result.txt'), 'utf8'), 'made');
  assert.equal(readFileSync(join(folder, 'given.txt'), 'utf8'), 'given');
  const stopped = run('endless.mjs', given.replace('--cpu 10s', '--cpu 1s'));
  assert.equal(stopped.status, 124);
  assert.match(stopped.stderr, /CPU time limit of 1 s/);

  // And the README's first sample of code. A program that is not the system's has to be given, as the answer says.
  const readmeSample = firstSample('packages/sandbox-linux/README.md');
  const program = join(installed, 'sandboxed.mjs');
  const runIt = (code) => {
    writeFileSync(program, `${code}\nconsole.log(JSON.stringify(reason));\n`);
    return person.run(['node', program]).stdout;
  };
  const notGiven = withOwn(readmeSample, { "'python3'": JSON.stringify(node) });
  assert.match(runIt(notGiven), /"not-started".* name its directory .* in files\.execute/);
  const sample = withOwn(notGiven, {
    'system: true,': `system: true, execute: [${JSON.stringify(dirname(node))}],`,
    'script.py': 'script.mjs',
  });
  const said = runIt(sample);
  assert.match(said, /^elsewhere (EACCES|EROFS|EPERM)$/m);
  assert.match(said, /"type":"exited","code":0/);
  return 'a script in a sandbox, from the shell and from a program';
}
