// Every command of docs/operating.md, run in the order of the page in a folder that stands for /: files, links and our own
// programs are real; what needs root, a registry or a program of somebody else is played by commands.play.mjs, which knows
// what that program would ask for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commandsOf, samplesIn } from '../docs/samples.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = 'docs/operating.md';
const blocks = samplesIn(page, readFileSync(join(root, page), 'utf8')).filter(
  ({ language }) => language === 'sh',
);
/** Played; everything else is what the system has. */
const PLAYED = ['npm', 'useradd', 'systemctl', 'docker', 'promtool', 'polkadot', 'curl'];

const work = realpathSync(mkdtempSync(join(tmpdir(), 'pvf-operating-')));
after(() => rmSync(work, { recursive: true, force: true }));
const [machine, checkout, bin] = ['machine', 'checkout', 'bin'].map((name) => join(work, name));
for (const folder of [checkout, bin, join(machine, 'etc/systemd/system'), join(machine, 'var/cache')])
  mkdirSync(folder, { recursive: true });
for (const name of ['deploy', 'package.json', 'packages', 'scripts', 'node_modules'])
  symlinkSync(join(root, name), join(checkout, name));
for (const name of PLAYED)
  writeFileSync(
    join(bin, name),
    `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'scripts/deploy/commands.play.mjs')}' ${name} "$@"\n`,
    { mode: 0o755 },
  );

/** As a reader types it, with /opt, /etc and /var in the folder that stands for the machine. */
function run(script) {
  const moved = script.replaceAll(/(?<![\w.])\/(opt|etc|var)\//g, `${machine}/$1/`);
  return spawnSync('/bin/sh', ['-e', '-c', moved], {
    cwd: checkout,
    encoding: 'utf8',
    timeout: 120_000,
    env: {
      PATH: `${bin}:/usr/bin:/bin`,
      HOME: work,
      TMPDIR: tmpdir(),
      PLAY_MACHINE: machine,
      PLAY_ROOT: root,
    },
  });
}

describe('the commands of the page', () => {
  test('are found', () => assert.ok(blocks.length >= 6));

  for (const { line, code } of blocks)
    test(`${page}:${line}`, () => {
      for (const command of commandsOf(code)) {
        const { status, stdout, stderr } = run(command);
        assert.equal(status, 0, `${command}\n${stdout}${stderr}`);
      }
    });
});

describe('what they leave', () => {
  test('is what the unit starts', () => {
    const unit = readFileSync(join(machine, 'etc/systemd/system/pvf-host.service'), 'utf8');
    const [, node, program] = /^ExecStart=(\S+) (\S+)$/m.exec(unit);
    const { status, stdout } = spawnSync(join(machine, node), ['--check', join(machine, program)], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
    const [, directory] = /^WorkingDirectory=(\S+)$/m.exec(unit);
    assert.ok(existsSync(join(machine, directory)));
  });

  test('is what the node starts', () => {
    const dropIn = join(machine, 'etc/systemd/system/polkadot.service.d/pvf-workers.conf');
    const [, workers] = /--workers-path (\S+)$/m.exec(readFileSync(dropIn, 'utf8'));
    assert.equal(readFileSync(join(machine, workers, 'pvf-version'), 'utf8'), '1.21.0\n');
    for (const kind of ['prepare', 'execute'])
      assert.ok(existsSync(join(machine, workers, `polkadot-${kind}-worker`)));
  });
});

describe('the players', () => {
  for (const wrong of [
    'npm run no-such-script',
    'npm install @pvf/no-such-package',
    'systemctl enable --now no-such-unit',
    'docker compose -f deploy/container/no-such.yaml up',
    'promtool check rules deploy/no-such.yaml',
    'curl --fail http://127.0.0.1:1/readyz',
    'curl --fail http://127.0.0.1:9616/no-such-path',
    'npm run pvf -- artifacts list --no-such-option',
  ])
    test(`refuse: ${wrong}`, () => assert.notEqual(run(wrong).status, 0));
});
