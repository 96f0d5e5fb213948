// An operator: looks whether the machine is fit, and starts a program with a host.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chainSpecification } from './developer.mjs';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The operator's program: PvfHost as the README uses it, with what a node would give it. */
const PROGRAM = `
import { PvfHost } from '@pvf/host';
import { readFileSync } from 'node:fs';

const host = await PvfHost.start({ cacheDir: process.argv[2] });
try {
  const code = await host.importCode(readFileSync(process.argv[3]));
  const outcome = await host.validate({
    code,
    executorParams: [],
    validationCodeBombLimit: 31457280,
    kind: 'approval',
    validationData: { parentHead: new Uint8Array(), relayParentNumber: 1, relayParentStorageRoot: new Uint8Array(32), maxPovSize: 1024 },
    pov: { blockData: new Uint8Array(8) },
  });
  console.log(outcome.kind, outcome.vote);
} finally {
  await host.close();
}
`;

/** @param hasHost whether the host runs on this Node; the command line brings one along */
export async function playOperator(person, hasHost) {
  const { folder } = person;
  const doctor = person.pvf(['doctor', '--json', '--cache-dir', 'cache'], { exit: [0, 2] });
  const fit = doctor.status === 0;
  assert.equal(JSON.parse(doctor.stdout).exitCode, doctor.status);

  const spec = JSON.parse(await chainSpecification());
  const code = spec.genesis.raw.top['0x3a636f6465'];
  writeFileSync(join(folder, 'runtime.hex'), code);
  // What the doctor says of this machine is what happens to a host on it.
  const precheck = person.pvf(['precheck', '--cache-dir', 'cache', 'runtime.hex'], {
    exit: fit ? 0 : [0, 2],
  });
  if (fit) assert.match(precheck.stdout, /runtime\.hex: accepted/);
  const listed = JSON.parse(person.pvf(['artifacts', 'list', '--json', '--cache-dir', 'cache']).stdout);
  if (fit) assert.equal(listed.artifacts.length, 1);
  person.pvf(['artifacts', 'verify', '--cache-dir', 'cache']);
  if (!fit || !hasHost) return fit ? 'fit; a runtime prepared' : 'not fit, and told why';

  for (const line of PROGRAM.matchAll(/PvfHost\.start|importCode|host\.validate|host\.close/g))
    assert.ok(README.includes(line[0]), `the README does not tell of ${line[0]}`);
  // Beside the packages: that is where Node looks for them.
  const program = join(person.installed, 'host.mjs');
  writeFileSync(join(folder, 'runtime.wasm'), Buffer.from(code.slice(2), 'hex'));
  writeFileSync(program, PROGRAM);
  const { stdout } = person.run(['node', program, join(folder, 'host-cache'), join(folder, 'runtime.wasm')]);
  assert.equal(stdout.trim(), 'invalid unchecked');
  return 'fit; a host runs';
}
