// Who has the release folder and nothing else: no Node, no npm, no checkout.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';

export async function playBinaryUser(person) {
  const { folder, release } = person;
  // As it is published: an archive, in which both names of a worker are one file.
  person.run(['tar', '-C', release, '-czf', 'pvf-linux-x64.tar.gz', '--exclude', 'pvf-version', '.']);
  person.run(['mkdir', 'pvf-release']);
  person.run(['tar', '-C', 'pvf-release', '-xzf', 'pvf-linux-x64.tar.gz']);
  person.run(['sh', '-c', 'cd pvf-release && sha256sum --check --strict SHA256SUMS']);
  const { components } = JSON.parse(readFileSync(join(folder, 'pvf-release/sbom.cdx.json'), 'utf8'));
  assert.ok(components.some(({ name }) => name === 'node'));

  const [{ parentHead, blockData }] = adderChain([5n]);
  writeFileSync(join(folder, 'runtime.wasm'), readAdderPvf());
  writeFileSync(join(folder, 'block.bin'), blockData);
  const doctor = person.pvf(['doctor', '--json', '--cache-dir', 'cache'], { exit: [0, 2] });
  if (doctor.status !== 0) return 'not fit, and told why';
  assert.match(person.pvf(['precheck', '--cache-dir', 'cache', 'runtime.wasm']).stdout, /accepted/);
  const head = `0x${Buffer.from(parentHead).toString('hex')}`;
  const common = ['validate', '--cache-dir', 'cache', '--pvf', 'runtime.wasm', '--pov', 'block.bin'];
  assert.match(person.pvf([...common, '--parent-head', head]).stdout, /accepts the block as valid/);
  const other = `0x${'00'.repeat(parentHead.length)}`;
  person.pvf([...common, '--parent-head', other], { exit: 1 });
  return 'checked, fit, "valid", and why not';
}
