import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT } from '@pvf/cli';
import { ADDER_PVF_PATH } from '@pvf/example-adder-pvf';
import { describe, expect, it } from 'vitest';
import { layerChecks } from '../src/doctor/layers.ts';
import { limitChecks } from '../src/doctor/limits.ts';
import { diskChecks, execCheck, memoryChecks, versionChecks } from '../src/doctor/machine.ts';
import { placeOf } from '../src/doctor/place.ts';
import { LARGEST_RUNTIME, LARGEST_RUNTIME_RATIO } from '../src/doctor/ratio.ts';
import { sampleModule } from '../src/doctor/sample.ts';
import { speedOf } from '../src/doctor/speed.ts';
import { checkLines, verdictLines } from '../src/doctor/text.ts';
import { temporaryDirectory, temporaryFile } from './files.ts';
import { run } from './run.ts';
import { expectSchema } from './schema.ts';

const PVF = fileURLToPath(new URL('../bin/pvf', import.meta.url));
const host = createRequire(import.meta.url).resolve('@pvf/host/package.json');
const workerPackage = createRequire(host).resolve('@pvf/prepare-worker/package.json');
const PREPARE_WORKER = join(dirname(workerPackage), 'bin', 'pvf-prepare-worker');

/** A prepare worker that says of these layers that they do not work; `late` if its answer is kept back until it ends. */
function lacking(checks: string[], late = ''): string {
  const edits = checks.map((check) => `-e 's/^\\(${check}\\)=.*/\\1=forbidden here/'`).join(' ');
  const path = temporaryFile(
    'worker',
    `#!/bin/sh\nif [ "$1" = --capabilities ]; then '${PREPARE_WORKER}' "$@" | sed ${late === 'late' ? '' : '-u'} ${edits}; exit; fi\nexec '${PREPARE_WORKER}' "$@"\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

describe('a machine on which everything works', () => {
  it('is told so first, in two sentences', async () => {
    const { code, stdout } = await run(['doctor', '--no-cache']);
    expect(code).toBe(EXIT.ok);
    const [secure, speed, empty] = stdout.split('\n');
    expect(secure).toBe('fit for secure mode: yes');
    expect(speed).toMatch(
      /^fast enough: yes: the largest known runtime \(.+\) would take about .+ of the 60\.00 s of CPU that a precheck may take$/,
    );
    expect(empty).toBe('');
  });

  it('is told so in JSON, with every check, and keeps nothing of the measurement', async () => {
    const directory = temporaryDirectory();
    const { code, stdout } = await run(['doctor', '--cache-dir', directory, '--json']);
    const report = expectSchema(stdout);
    expect(readdirSync(directory)).toEqual([]);
    expect(report).toMatchObject({
      command: 'doctor',
      exitCode: code,
      tried: true,
      missing: [],
      verdict: {
        secure: { fit: true },
        speed: { fastEnough: true, limitMs: 60_000, sampleMs: expect.any(Number) },
      },
    });
    const names = report.checks.map(({ name }: { name: string }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([
        ...['layer.seccomp', 'layer.landlock', 'layer.changeRoot', 'layer.secureClone', 'user-namespaces'],
        ...['limits', 'trial', 'memory', 'overcommit', 'disk.space', 'disk.inodes', 'disk.kind', 'disk.exec'],
        ...['version.node', 'version.kernel', 'version.prepare-worker', 'version.execute-worker', 'cpu'],
      ]),
    );
  });
});

describe('doctor and host agree', () => {
  /** Both on the same machine as it seems to be. */
  async function both(...options: string[]) {
    const doctor = await run(['doctor', '--no-cache', '--json', ...options]);
    const precheck = await run(['precheck', '--no-cache', '--quiet', ...options, ADDER_PVF_PATH]);
    return { doctor: expectSchema(doctor.stdout), code: doctor.code, precheck };
  }

  it.each([
    ['seccomp', ['check-can-enable-seccomp']],
    ['any layer', ['check-can-.*']],
  ])('without %s no host starts in secure mode', async (_, checks) => {
    const { doctor, code, precheck } = await both('--prepare-worker', lacking(checks));
    expect(doctor.verdict.secure).toMatchObject({ fit: false, code: 'NOT_SECURE' });
    expect([code, precheck.code]).toEqual([EXIT.badInput, EXIT.badInput]);
    expect(precheck.stderr).toContain(doctor.verdict.secure.reason.slice(0, 60));
    const failed = doctor.checks.filter(({ status }: { status: string }) => status === 'failed');
    expect(failed.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(doctor.missing.map((layer: string) => `layer.${layer}`)),
    );
    for (const { remedies } of failed)
      expect(Object.keys(remedies)).toEqual(expect.arrayContaining(['docker', 'systemd', 'kubernetes']));
    expect(doctor.security).toMatchObject({
      seccomp: { available: checks[0] === 'check-can-enable-landlock' },
    });
  });

  it('without one of two walls a host starts, and both warn', async () => {
    const { doctor, code, precheck } = await both(
      '--prepare-worker',
      lacking(['check-can-enable-landlock'], 'late'),
    );
    expect(doctor.verdict.secure.fit).toBe(true);
    expect([code, precheck.code]).toEqual([EXIT.ok, EXIT.ok]);
    expect(doctor.missing).toEqual(['landlock']);
    const { checks } = doctor;
    expect(checks.find(({ name }: { name: string }) => name === 'layer.landlock')).toMatchObject({
      status: 'warning',
      found: 'MISSING: forbidden here',
    });
    expect(precheck.stderr).toContain('forbidden here');
  });

  it.each([
    ['ulimit -s 8192', 'STACK', 'LimitSTACK=314572800'],
    ['ulimit -f 20000', 'FSIZE', 'LimitFSIZE='],
    ['ulimit -t 1000', 'CPU', 'LimitCPU=infinity'],
  ])('under %s neither goes on', (limit, resource, remedy) => {
    const shell = (rest: string) =>
      spawnSync('/bin/sh', ['-c', `${limit}; "$1" ${rest}`, 'sh', PVF, ADDER_PVF_PATH], {
        encoding: 'utf8',
        timeout: 100_000,
      });
    const doctor = shell('doctor --no-cache --quiet');
    expect(doctor.stdout).toMatch(/^fit for secure mode: NO: /);
    expect(doctor.stdout).toContain(`FAILED limit of ${resource}`);
    expect(doctor.stdout).toContain(remedy);
    expect([doctor.status, shell('precheck --no-cache --quiet "$2"').status]).toEqual([2, 2]);
  });

  it('programs that may not be run are a verdict, and what to do about them a check', async () => {
    const path = temporaryFile('worker', '#!/bin/sh\n');
    chmodSync(path, 0o644);
    const { code, stdout } = await run(['doctor', '--no-cache', '--json', '--prepare-worker', path]);
    const report = expectSchema(stdout);
    expect(code).toBe(EXIT.badInput);
    expect(report.verdict.secure).toMatchObject({ fit: false, code: 'WORKER_NOT_EXECUTABLE' });
    expect(report.checks).toContainEqual(
      expect.objectContaining({ name: 'disk.exec', status: 'failed', remedies: { shell: 'chmod +x' } }),
    );
    expect(report.checks.some(({ name }: { name: string }) => name.startsWith('limits'))).toBe(false);
  });

  it('an argument that is wrong is no word about the machine', async () => {
    const { code, stdout, stderr } = await run(['doctor', '--no-cache', '--prepare-worker', '/nowhere']);
    expect(code).toBe(EXIT.badInput);
    expect(stdout).toBe('');
    expect(stderr).toContain('/nowhere');
  });
});

describe('what a check finds', () => {
  const layer = (available: boolean) => (available ? { available } : ({ available, reason: 'why' } as const));
  const security = (seccomp: boolean) => ({
    secureMode: true,
    seccomp: layer(seccomp) as never,
    landlock: layer(true) as never,
    changeRoot: layer(true) as never,
    secureClone: layer(false) as never,
    cgroup: layer(false) as never,
  });

  it('of a layer is what the host has found, with what to change in each place', () => {
    const [seccomp, , , clone, groups, lost] = layerChecks(
      security(false),
      { capabilities: 'refused' },
      false,
    );
    expect(seccomp).toMatchObject({ status: 'failed', found: 'MISSING: why' });
    expect(clone?.remedies).toMatchObject({
      sysctl: expect.stringContaining('kernel.apparmor_restrict_unprivileged_userns=0'),
      apparmor: expect.stringContaining('userns'),
      docker: expect.stringContaining('--security-opt'),
      kubernetes: expect.stringContaining('securityContext'),
      systemd: 'RestrictNamespaces=no',
    });
    expect(groups).toMatchObject({ status: 'ok', found: 'not here, measured instead: why' });
    expect(lost).toMatchObject({ status: 'warning', found: 'refused' });
  });

  it('of limits is each that is too low', () => {
    const told =
      'x: the limit of NOFILE is 64 descriptors, but 128 are needed (ulimit -n, LimitNOFILE= of the service); the limit of AS is 20000000000 bytes, but 137438953472 are needed (ulimit -v, LimitAS= of the service)';
    expect(limitChecks(told)).toMatchObject([
      { name: 'limits.nofile', remedies: { shell: 'ulimit -n 128', docker: '--ulimit nofile=128' } },
      { name: 'limits.as', remedies: { shell: 'ulimit -v 134217728', systemd: 'LimitAS=137438953472' } },
    ]);
    const launcher =
      'the limit of FSIZE is 20000 blocks of 512 bytes, but 4194304 are needed (ulimit -f, LimitFSIZE= of the service)';
    expect(limitChecks(launcher)).toMatchObject([
      {
        name: 'limits.fsize',
        remedies: { systemd: 'LimitFSIZE=2147483648', docker: '--ulimit fsize=2147483648' },
      },
    ]);
    expect(limitChecks(undefined)).toMatchObject([{ status: 'ok', found: 'suffice' }]);
    expect(limitChecks('something else')).toMatchObject([{ status: 'failed', found: 'something else' }]);
  });

  it('of the disk is about the nearest directory that is there', async () => {
    const directory = temporaryDirectory();
    const checks = await diskChecks(join(directory, 'not', 'there'));
    expect(checks.map(({ name }) => name)).toEqual([
      'disk.space',
      'disk.inodes',
      'disk.kind',
      'disk.writable',
    ]);
    expect(checks[0]?.found).toContain(directory);
    expect(checks[2]?.found).not.toBe('');
  });

  it('of the programs is whether their mount lets them run', () => {
    const mounts = [
      '1 0 8:1 / / rw,relatime - ext4 /dev/root rw',
      '2 1 0:2 / /usr rw,noexec,nosuid - tmpfs tmpfs rw',
      '3 2 0:3 / /usr/bin rw - tmpfs tmpfs rw',
      '4 1 0:4 / /us rw,noexec - tmpfs tmpfs rw',
    ].join('\n');
    expect(execCheck(['/usr/bin/env', '/etc/passwd'], mounts).status).toBe('ok');
    expect(execCheck(['/usr/lib/x'], mounts)).toMatchObject({
      status: 'failed',
      found: '/usr/lib/x: mounted noexec',
      remedies: { docker: expect.stringContaining(':exec'), systemd: expect.stringContaining('ExecPaths=') },
    });
  });

  it('of memory and versions is there', () => {
    expect(memoryChecks().map(({ name }) => name)).toEqual(['memory', 'overcommit']);
    expect(versionChecks([['prepare', 'x (1)']])).toContainEqual(
      expect.objectContaining({ name: 'version.prepare-worker', found: 'x (1)' }),
    );
  });

  it('is shown with the remedy for the place where the host was started first', () => {
    const check = {
      name: 'x',
      what: 'a thing',
      status: 'failed',
      found: 'bad',
      remedies: { shell: 'a', docker: 'b' },
    } as const;
    expect(checkLines([check], 'docker')).toEqual([
      'FAILED a thing: bad',
      '    Docker, Podman: b',
      '    here: a',
    ]);
    expect(checkLines([check], 'shell')).toEqual([
      'FAILED a thing: bad',
      '    here: a',
      '    Docker, Podman: b',
    ]);
    expect(placeOf({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toBe('kubernetes');
  });
});

describe('how fast a machine is', () => {
  it('is told from a module that is the same everywhere, and one that no host knows', () => {
    const [one, other] = [sampleModule(Uint8Array.of(1)), sampleModule(Uint8Array.of(2))];
    expect(Buffer.compare(one.subarray(0, -1), other.subarray(0, -1))).toBe(0);
    expect(Buffer.compare(one, other)).not.toBe(0);
    expect(createHash('sha256').update(one).digest('hex')).toBe(SAMPLE_SHA256);
  });

  it('is the time of the sample, times the ratio that the bench has measured', () => {
    expect(speedOf(1_000)).toMatchObject({
      largestRuntimeMs: 1_000 * LARGEST_RUNTIME_RATIO,
      limitMs: 60_000,
      fastEnough: true,
    });
    expect(speedOf(60_001 / LARGEST_RUNTIME_RATIO).fastEnough).toBe(false);
    const bench = readFileSync(new URL('../../../bench/README.md', import.meta.url), 'utf8');
    const row = bench.split('\n').find((line) => line.startsWith(`| ${LARGEST_RUNTIME} `));
    expect(Number(row?.split('|')[2])).toBe(LARGEST_RUNTIME_RATIO);
  });

  it('is said, or why nobody knows', () => {
    const secure = { fit: true, reason: undefined };
    expect(verdictLines({ secure, speed: speedOf(100_000) })[1]).toMatch(/^fast enough: NO: /);
    expect(verdictLines({ secure, speed: 'no host\nstarts' })[1]).toBe(
      'fast enough: not measured: no host | starts',
    );
  });
});

/** The bytes that the ratio was measured with. */
const SAMPLE_SHA256 = '1ac877f24c4289fb3cd5279ba72e915513f970a6427b2b6bd3a73dd70394f809';
