// The whole path, with the real worker programs and the pinned Node.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '@pvf/cli';
import { ADDER_PVF_PATH, adderChain, encodeAdderBlock } from '@pvf/example-adder-pvf';
import { type GuestName, guest, slowToCompile, truncatedBlob, zstdBomb } from '@pvf/test-kit';
import { expect, test } from 'vitest';
import { temporaryDirectory, temporaryFile } from './files.ts';
import { run } from './run.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const [first, second] = adderChain([5n, 7n]);

/** A candidate file of the adder with what it expects. */
function candidateFile(name: string, blockData: Uint8Array, job: object): string {
  const json = {
    name,
    parentHead: hex(first!.parentHead),
    blockData: hex(blockData),
    relayParentNumber: 9,
    relayParentStorageRoot: '00'.repeat(32),
    expected: { job },
  };
  return temporaryFile(`${name}.json`, JSON.stringify(json));
}
const validFile = () =>
  candidateFile('valid', first!.blockData, {
    ok: { head: hex(first!.head), processedDownward: 0, hrmpWatermark: 9 },
  });
const wrongState = encodeAdderBlock({ state: 1n, add: 5n });
const invalidFile = () => candidateFile('spoiled', wrongState, { InvalidCandidate: 'trap' });

function guestFile(name: GuestName): string {
  return temporaryFile(`${name}.wasm`, guest(name));
}
function povFile(bytes: Uint8Array = new Uint8Array(8)): string {
  return temporaryFile('pov', bytes);
}

test('precheck compiles once; the next one finds the artifact', async () => {
  const cache = ['--cache-dir', temporaryDirectory()];
  const one = await run(['precheck', '--json', ...cache, ADDER_PVF_PATH]);
  expect(one.code).toBe(EXIT.ok);
  const artifact = { fromCache: false, stats: { codeLength: expect.any(Number) } };
  expect(JSON.parse(one.stdout)).toMatchObject({
    pvfs: [{ outcome: { kind: 'ok', vote: 'for', artifact } }],
  });

  const two = await run(['precheck', ...cache, ADDER_PVF_PATH]);
  expect(two.code).toBe(EXIT.ok);
  expect(two.stdout).toContain('nothing was compiled');
  expect(two.stderr).not.toContain('preparing');
});

test('a second validate of the same PVF does not compile', async () => {
  const argv = ['validate', '--pvf', ADDER_PVF_PATH, '--cache-dir', temporaryDirectory(), '--json'];
  const one = JSON.parse((await run([...argv, '--candidate', validFile()])).stdout);
  const two = JSON.parse((await run([...argv, '--candidate', validFile()])).stdout);
  expect(one.candidates[0].outcome.artifact.fromCache).toBe(false);
  expect(two.candidates[0].outcome.artifact.fromCache).toBe(true);
  expect(two.candidates[0].outcome.resultBytes).toBe(one.candidates[0].outcome.resultBytes);
});

test('the default cache directory follows XDG_CACHE_HOME', async () => {
  const home = temporaryDirectory();
  const { code } = await run(['precheck', ADDER_PVF_PATH], { env: { XDG_CACHE_HOME: home } });
  expect(code).toBe(EXIT.ok);
  expect(readdirSync(join(home, 'pvf'))).toHaveLength(1);
});

test('valid and spoiled candidates: verdicts, exit code, --check', async () => {
  const argv = ['validate', '--no-cache', '--pvf', ADDER_PVF_PATH];
  const candidates = ['--candidate', validFile(), invalidFile()];
  const human = await run([...argv, ...candidates]);
  expect(human.code).toBe(EXIT.against);
  expect(human.stdout).toMatch(/^valid: accepted by its PVF\n {2}no vote: it was compared with no receipt$/m);
  expect(human.stdout).toMatch(/^spoiled: not accepted, the PVF refused it\n {2}no vote: /m);
  expect(
    human.stdout.match(/executor params: none \(assumed, .*30 MiB|executor params: none \(assumed/g),
  ).toHaveLength(2);

  const checked = await run([...argv, ...candidates, '--check', '--json']);
  expect(checked.code).toBe(EXIT.ok);
  expect(JSON.parse(checked.stdout).candidates).toMatchObject([
    {
      name: 'valid',
      answer: 'pvf-only',
      outcome: { kind: 'valid', vote: 'unchecked', result: { headData: `0x${hex(first!.head)}` } },
    },
    {
      name: 'spoiled',
      answer: 'pvf-only',
      outcome: { kind: 'invalid', vote: 'unchecked', rule: 'refused-by-pvf' },
    },
  ]);

  const wrong = candidateFile('wrong', first!.blockData, { ok: { head: hex(second!.head) } });
  const unexpected = await run([...argv, '--candidate', wrong, '--check']);
  expect(unexpected.code).toBe(EXIT.unexpected);
  expect(unexpected.stdout).toContain('DIFFERS: head data');
});

test('parent head and PoV on the command line', async () => {
  const head = `0x${hex(first!.parentHead)}`;
  const argv = ['validate', '--no-cache', '--pvf', ADDER_PVF_PATH, '--pov', povFile(first!.blockData)];
  const one = await run([...argv, '--parent-head', head, '--relay-parent-number', '3', '--kind', 'backing']);
  expect(one.code).toBe(EXIT.ok);
  expect(one.stdout).toContain(`head data 0x${hex(first!.head)}`);
  expect(one.stdout).toContain('HRMP watermark 3');
  const two = await run([...argv, '--parent-head', `@${temporaryFile('head', second!.parentHead)}`]);
  expect(two.code).toBe(EXIT.against);
});

test('precheck rejects what cannot be prepared, with the remedy; validate cannot judge', async () => {
  const files = [
    temporaryFile('signs.wasm', guest('sign-extension')),
    temporaryFile('cut.wasm', truncatedBlob(guest('trap'))),
    temporaryFile('bomb.wasm', zstdBomb(31 * 1024 * 1024)),
  ];
  const precheck = await run(['precheck', '--no-cache', ...files]);
  expect(precheck.code).toBe(EXIT.against);
  expect(precheck.stdout).toMatch(/signs\.wasm: rejected: .*sign extension/);
  expect(precheck.stdout).toMatch(/cut\.wasm: rejected(.*\n){2}.*cut off or damaged/);
  expect(precheck.stdout).toMatch(/bomb\.wasm: rejected(.*\n){2}.*--bomb-limit/);
  const argv = ['validate', '--no-cache', '--pvf', files[0]!, '--parent-head', '00', '--pov', povFile()];
  expect((await run(argv)).code).toBe(EXIT.preparationFailed);
});

test('what a precheck accepts but no candidate can pass is warned of, and the reason told', async () => {
  const names: GuestName[] = ['no-memory', 'no-entry-point', 'no-heap-base'];
  const files = names.map(guestFile);
  const precheck = await run(['precheck', '--no-cache', ...files]);
  expect(precheck.code).toBe(EXIT.ok);
  for (const name of ['memory', 'validate_block', '__heap_base']) {
    expect(precheck.stdout).toContain(`warning: it exports no \`${name}\``);
  }
  const argv = ['validate', '--no-cache', '--pvf', files[0]!, '--parent-head', '00', '--pov', povFile()];
  const validate = await run(argv);
  expect(validate.code).toBe(EXIT.against);
  expect(validate.stderr).toContain('it exports no `memory`');
});

test('an endless guest is stopped', async () => {
  const argv = ['validate', '--no-cache', '--pvf', guestFile('infinite-loop'), '--timeout', '1000', '--json'];
  const { code, stdout } = await run([...argv, '--parent-head', '00', '--pov', povFile()]);
  expect(code).toBe(EXIT.against);
  expect(JSON.parse(stdout).candidates[0].outcome).toMatchObject({
    kind: 'invalid',
    // Of the CPU limit, or on a machine that gives it less than a quarter of a CPU, of the wall limit.
    rule: expect.stringMatching(/^(cpu|wall)-timeout$/),
  });
});

test('a deadline that passes while compiling', async () => {
  const path = temporaryFile('slow.wasm', slowToCompile(1_500));
  const argv = ['validate', '--no-cache', '--pvf', path, '--deadline', '200'];
  const { code, stdout } = await run([...argv, '--parent-head', '00', '--pov', povFile()]);
  expect(code).toBe(EXIT.abstain);
  expect(stdout).toContain('the deadline passed');
});

test.each([
  [
    'a missing worker program',
    ['--prepare-worker', '/nonexistent/worker'],
    'WORKER_NOT_FOUND',
    '/nonexistent/worker',
  ],
  ['a program that is no worker', ['--execute-worker', '/bin/true'], 'WORKER_UNUSABLE', '/bin/true'],
])('%s is named', async (_, options, code, path) => {
  const {
    code: exit,
    stdout,
    stderr,
  } = await run(['precheck', '--no-cache', '--json', ...options, ADDER_PVF_PATH]);
  expect(exit).toBe(EXIT.badInput);
  expect(JSON.parse(stdout).error).toMatchObject({
    code,
    remedy: expect.stringContaining('--prepare-worker'),
  });
  expect(stderr).toContain(path);
});

test('a cache directory that cannot be used is named and left as it is', async () => {
  const path = temporaryFile('file', 'contents');
  const { code, stderr } = await run(['precheck', '--cache-dir', path, ADDER_PVF_PATH]);
  expect(code).toBe(EXIT.badInput);
  expect(stderr).toContain(path);
  expect(stderr).toContain('--cache-dir');
});

test('doctor names programs and layers', async () => {
  const { code, stdout } = await run(['doctor', '--no-cache', '--json']);
  const report = JSON.parse(stdout);
  expect(report.exitCode).toBe(code);
  for (const worker of ['prepare', 'execute']) expect(existsSync(report.workers[worker].path)).toBe(true);
  expect(Object.keys(report.security)).toEqual(
    expect.arrayContaining(['seccomp', 'landlock', 'changeRoot', 'secureClone', 'cgroup']),
  );
});

test('doctor has a module of ours prepared and executed, and knows the limits that workers need', async () => {
  const { stdout } = await run(['doctor', '--no-cache']);
  expect(stdout).toContain('preparing and executing a module of ours: works');
  expect(stdout).toContain('limits of resources: suffice');
  expect(stdout).toMatch(/limits of jobs by control groups \(cgroup v2\).*?(?:works|not here,\s+measured)/s);
});

test('that secure mode is off is said even to who wants it quiet, except by the doctor', async () => {
  const precheck = await run(['precheck', '--no-cache', '--insecure', '--quiet', ADDER_PVF_PATH]);
  expect(precheck.stderr).toContain('SECURE MODE IS OFF');
  expect((await run(['doctor', '--no-cache'])).stderr).not.toContain('SECURE MODE');
});

test('an artifact that was damaged is made again', async () => {
  const directory = temporaryDirectory();
  const argv = ['precheck', '--cache-dir', directory, '--json', ADDER_PVF_PATH];
  await run(argv);
  const [file] = readdirSync(directory);
  writeFileSync(join(directory, file!), 'damaged', { flag: 'r+' });
  const { code, stdout } = await run(argv);
  expect(code).toBe(EXIT.ok);
  expect(JSON.parse(stdout).pvfs[0].outcome.artifact.fromCache).toBe(false);
});
