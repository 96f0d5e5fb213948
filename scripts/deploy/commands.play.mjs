// Plays a program that a test cannot run (commands.test.mjs): refuses what the real one would refuse, and leaves what it would.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { ALSO_CALLED, PROGRAMS, SUMS } from '../binary/folder.mjs';

const [program, ...args] = process.argv.slice(2);
const { PLAY_MACHINE: machine, PLAY_ROOT: root } = process.env;
const PLAYERS = { npm, useradd, systemctl, docker, promtool, polkadot, curl };
PLAYERS[program](...args);

function refuse(reason) {
  console.error(`${program} ${args.join(' ')}: ${reason}`);
  process.exit(1);
}

function npm(what, name, ...rest) {
  if (what === 'install') return install(args.slice(1));
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (what !== 'run' || scripts[name] === undefined) refuse('no such script');
  const given = rest.slice(1);
  if (name === 'binary') return release(given);
  if (name !== 'pvf') return refuse('nobody plays this script');
  // The doctor's answer is this machine's; that it knows the options is the program's.
  const command = given[0] === 'doctor' ? [...given, '--help'] : given;
  execFileSync(process.execPath, [join(root, 'packages/cli/dist/main.js'), ...command], { stdio: 'inherit' });
}

function install(given) {
  const { values, positionals } = parseArgs({
    args: given,
    allowPositionals: true,
    options: { prefix: { type: 'string' }, omit: { type: 'string' } },
  });
  const own = (name) => JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  const used = { ...own('host').dependencies, ...own('worker').optionalDependencies };
  for (const each of positionals) {
    const [, name, version] = /^(@?[^@]+)(?:@(.+))?$/.exec(each);
    const ours = /^@pvf\/(.+)$/.exec(name)?.[1];
    if (ours !== undefined ? !existsSync(join(root, 'packages', ours)) : used[name] === undefined)
      refuse(`${name} is no package of ours, nor one that ours depend on`);
    if (version !== undefined && !used[name].startsWith(`${version}.`))
      refuse(`ours depend on ${used[name]}`);
    const folder = join(values.prefix, 'node_modules', name);
    mkdirSync(join(folder, 'bin'), { recursive: true });
    if (name.startsWith('node-linux-')) symlinkSync(process.execPath, join(folder, 'bin/node'));
  }
}

/** A release folder whose programs tell their version alone. */
function release(given) {
  const { values } = parseArgs({ args: given, options: { out: { type: 'string' } } });
  mkdirSync(values.out);
  const path = (name) => join(values.out, name);
  for (const name of PROGRAMS)
    writeFileSync(path(name), '#!/bin/sh\n[ "$1" = --version ] && exec cat "$(dirname "$0")"/pvf-version\n', {
      mode: 0o755,
    });
  for (const [ours, theirs] of ALSO_CALLED) linkSync(path(ours), path(theirs));
  const sums = [...PROGRAMS, ...ALSO_CALLED.values()].map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(path(name)))
        .digest('hex')}  ${name}\n`,
  );
  writeFileSync(path(SUMS), sums.join(''));
}

function useradd(...given) {
  const { values, positionals } = parseArgs({
    args: given,
    allowPositionals: true,
    options: { system: { type: 'boolean' }, 'home-dir': { type: 'string' }, shell: { type: 'string' } },
  });
  const unit = readFileSync(join(root, 'deploy/systemd/pvf-host.service'), 'utf8');
  if (!values.system || !unit.includes(`\nUser=${positionals[0]}\n`)) refuse('the unit runs as another user');
}

function systemctl(verb, ...given) {
  if (!['enable', 'status', 'daemon-reload', 'restart'].includes(verb)) refuse('unknown verb');
  for (const unit of given.filter((each) => !each.startsWith('--'))) {
    const path = join(machine, 'etc/systemd/system', unit);
    // The node's own unit comes with the node; ours extends it.
    if (!existsSync(`${path}.service`) && !existsSync(`${path}.service.d`)) refuse(`no unit ${unit}`);
  }
}

function docker(compose, ...given) {
  const { values, positionals } = parseArgs({
    args: given,
    allowPositionals: true,
    options: {
      file: { type: 'string', short: 'f' },
      build: { type: 'boolean' },
      detach: { type: 'boolean' },
      tail: { type: 'string' },
    },
  });
  if (compose !== 'compose' || !['up', 'logs'].includes(positionals[0])) refuse('unknown command');
  for (const { build } of Object.values(parse(readFileSync(values.file, 'utf8')).services)) {
    const context = resolve(values.file, '..', build.context);
    if (!existsSync(join(context, build.dockerfile ?? 'Dockerfile'))) refuse('no Dockerfile');
  }
}

function promtool(verb, what, ...files) {
  if (!['check', 'test'].includes(verb) || what !== 'rules' || files.length === 0) refuse('unknown command');
  for (const file of files) {
    const { groups, rule_files = [] } = parse(readFileSync(file, 'utf8'));
    if (
      verb === 'check' ? !groups?.length : !rule_files.every((each) => existsSync(resolve(file, '..', each)))
    )
      refuse('no rules');
  }
}

function polkadot(flag) {
  if (flag !== '--version') refuse('only its version is asked for');
  console.log('polkadot 1.21.0-d61032b977a');
}

/** Of deploy/host.mjs, with its defaults. */
function curl(...given) {
  const url = new URL(given.at(-1));
  const host = readFileSync(join(root, 'deploy/host.mjs'), 'utf8');
  if (!host.includes(`'${url.host}'`)) refuse('nothing listens there');
  if (!host.includes(`'${url.pathname}':`)) refuse('404');
  if (url.pathname === '/metrics') console.log('pvf_execution_cpu_seconds_count 1');
}
