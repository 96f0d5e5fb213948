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

/** Restricts itself, as the README's table of three ways says: at once, or by starting anew. */
const RESTRICTED = `
import { connect } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { DEFAULT_DENIED, restrictThisProcess } from '@pvf/sandbox-linux';
const [installed, node, secret] = process.argv.slice(2);
const policy = {
  files: { system: true, read: ['.', installed, '/proc'], write: ['./out'], execute: [node, installed] },
  network: { access: 'none' },
  syscalls: { deny: DEFAULT_DENIED },
};
if (process.env.AT_ONCE) {
  try {
    const { files, ...rest } = policy;
    restrictThisProcess(process.env.AT_ONCE === 'all' ? policy : rest);
    console.log('at once: restricted');
  } catch ({ code, meta }) {
    console.log('at once:', code, meta.layer, meta.reason);
    process.exit(3);
  }
} else {
  const outcomes = restrictThisProcess(policy, { restart: true });
  console.log('layers', outcomes.map(({ layer, status }) => layer + ' ' + status).join(', '));
}
const attempt = (what) => what.then(() => 'done', ({ code }) => code);
console.log('inside', await attempt(readFile('given.txt')));
console.log('out', await attempt(writeFile('out/restricted.txt', 'made')));
console.log('elsewhere', await attempt(writeFile('given.txt', 'changed')));
console.log('secret', await attempt(readFile(secret)));
connect(9, '127.0.0.1').on('error', ({ code }) => console.log('network', code)).on('connect', () => console.log('network open'));
`;

/** In the Node that this person has: all of it is restricted, or it says why it is not and what to do, and that works. */
function restrictsItself(person, node) {
  const { folder, installed } = person;
  const program = join(installed, 'restricted.mjs');
  writeFileSync(program, RESTRICTED);
  const secret = join(dirname(folder), 'secret');
  writeFileSync(secret, 'secret', { mode: 0o644 });
  const command = ['node', program, installed, dirname(dirname(node)), secret];
  const isHeld = (said) => {
    assert.match(said, /^inside done$/m);
    assert.match(said, /^out done$/m);
    assert.match(said, /^elsewhere EACCES$/m);
    assert.match(said, /^secret EACCES$/m);
    assert.match(said, /^network E(PERM|ACCES)$/m);
    assert.equal(readFileSync(join(folder, 'out/restricted.txt'), 'utf8'), 'made');
    assert.equal(readFileSync(join(folder, 'given.txt'), 'utf8'), 'given');
  };
  const atOnce = ['all', 'all but files'].filter((what) => {
    const { stdout, status } = person.run(['env', `AT_ONCE=${what}`, ...command], { exit: [0, 3] });
    if (status === 3) assert.match(stdout, /^at once: LAYER_UNAVAILABLE \w+ .*restart: true/m);
    else if (what === 'all') isHeld(stdout);
    else assert.match(stdout, /^network EPERM$/m);
    writeFileSync(join(folder, 'given.txt'), 'given');
    return status === 0;
  });
  const anew = person.run(command).stdout;
  assert.match(anew, /^layers network enforced, files enforced, syscalls enforced, privileges enforced/m);
  isHeld(anew);
  return ['started anew', ...atOnce.map((what) => `${what} at once`)].join(', ');
}

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
  const restricted = restrictsItself(person, node);
  return `a script in a sandbox, from the shell and from a program; a program that restricts itself (${restricted})`;
}
