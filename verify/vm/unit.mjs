// Transient services of systemd, for suites.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const LIMIT_MS = 10 * 60_000;
const ATTEMPTS = 4;
/** What a host says of a program that takes longer to say who it is than any does that is not emulated. */
const TOO_SLOW = 'no answer within';
/** Delegation as it is recommended: the service's own processes are in a group of their own. */
export const DELEGATED = ['Delegate=yes', 'DelegateSubgroup=host'];

let made = 0;

export function command(properties, script, order) {
  const name = `pvf-test-${made++}`;
  return {
    name,
    group: `/sys/fs/cgroup/system.slice/${name}.service`,
    args: (extra) => [
      ...['--wait', '--pipe', '--collect', '--quiet', '--service-type=exec', `--unit=${name}`],
      ...properties.flatMap((property) => ['-p', property]),
      process.execPath,
      '--no-warnings',
      join(import.meta.dirname, script),
      JSON.stringify({ ...order, ...extra }),
    ],
  };
}

/** Runs a host as a service to its end; again where the emulated machine was too slow for it. @returns what it said, by line */
export function hostIn(properties, order = {}) {
  for (let attempt = 1; ; attempt++) {
    const lines = scriptIn(properties, 'host.mjs', order);
    if (attempt === ATTEMPTS || !lines[0].error?.includes(TOO_SLOW)) return lines;
  }
}

/** Runs a program of this folder as a service to its end. @returns what it said, by line */
export function scriptIn(properties, script, order = {}) {
  const { group, args } = command(properties, script, order);
  const { stdout, stderr } = spawnSync('systemd-run', args({ base: group }), {
    encoding: 'utf8',
    timeout: LIMIT_MS,
  });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  if (lines.length === 0) throw new Error(`${script} said nothing: ${stdout}${stderr}`);
  return lines.map((line) => JSON.parse(line));
}

/** The same, as far as its first line; the service runs on. */
export function startHostIn(properties, order = {}) {
  const { name, group, args } = command(properties, 'host.mjs', order);
  const child = spawn('systemd-run', args({ base: group, stay: true }), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (said.includes('\n'))
        resolve({ name, group, first: JSON.parse(said.slice(0, said.indexOf('\n'))), child });
    });
    child.once('exit', () => reject(new Error(`the host ended: ${said}`)));
  });
}
