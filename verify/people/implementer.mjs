// Who writes a node: starts the release folder's workers by the names that the reference has given them, asks them what a
// node asks, and embeds a host with the first sample of the README, word for word.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';
import { receiptsFor, validationDataOf } from '../../examples/demo/lib/receipts.mjs';
import { firstSample, withOwn } from './samples.mjs';

const NODE_VERSION = '1.21.0';
const WORKERS = ['prepare', 'execute'];
const MAX_POV_BYTES = 10 * 1024 * 1024;

export async function playImplementer(person) {
  const { folder, installed, release } = person;
  person.run(['cp', '-a', release, 'workers']);
  writeFileSync(join(folder, 'workers/pvf-version'), `${NODE_VERSION}\n`);
  for (const kind of WORKERS) {
    const program = join(folder, `workers/polkadot-${kind}-worker`);
    assert.equal(person.run([program, '--version']).stdout.trim(), NODE_VERSION);
    for (const check of ['can-enable-landlock', 'can-enable-seccomp', 'can-do-secure-clone'])
      person.run([program, `--check-${check}`]);
    // A node of another version is told so at once, and ends.
    person.run(['sh', '-c', `exec '${program}' ${kind}-worker --no-such-flag`], { exit: [1, 2] });
  }

  // What a node gives the sample, and then the sample; and the same with the workers that the node was told of.
  writeFileSync(join(folder, 'input.mjs'), input());
  const sample = firstSample('README.md');
  const own = { "'/var/cache/pvf'": JSON.stringify(join(folder, 'cache')) };
  const workers = Object.fromEntries(
    WORKERS.map((kind) => [kind, join(folder, `workers/polkadot-${kind}-worker`)]),
  );
  const options = `, workers: ${JSON.stringify(workers)}, nodeVersion: '${NODE_VERSION}'`;
  const programs = [
    withOwn(sample, own),
    withOwn(sample, { "'/var/cache/pvf'": `${JSON.stringify(join(folder, 'cache-2'))}${options}` }),
  ];
  for (const [i, program] of programs.entries()) {
    // Beside the packages: that is where Node looks for them.
    const file = join(installed, `node-${i}.mjs`);
    writeFileSync(
      file,
      `import { ${NAMES.join(', ')} } from ${JSON.stringify(join(folder, 'input.mjs'))};\n${program}`,
    );
    assert.equal(person.run(['node', file]).stdout.trim(), 'valid for');
  }
  return 'the workers by their names, and "valid for"';
}

const NAMES = [
  ...['executorParams', 'validationCodeBombLimit', 'receipt', 'v3Seen', 'blockData', 'runtimeBytes'],
  ...['parentHead', 'relayParentNumber', 'relayParentStorageRoot', 'maxPovSize'],
];

/** A module with everything that the sample leaves to the node: a block of the example chain, and its receipt. */
function input() {
  const code = readAdderPvf();
  const [{ parentHead, blockData, head }] = adderChain([5n]);
  const candidate = {
    parentHead,
    blockData,
    relayParentNumber: 1,
    relayParentStorageRoot: new Uint8Array(32),
    expected: { head, downward: 0, watermark: 1 },
  };
  assert.equal(validationDataOf(candidate).maxPovSize, MAX_POV_BYTES);
  const bytes = (each) => `Buffer.from('${Buffer.from(each).toString('base64')}', 'base64')`;
  return [
    'export const executorParams = [];',
    'export const validationCodeBombLimit = 31457280;',
    // As it comes from the chain: bytes.
    `export const receipt = ${bytes(receiptsFor(code)(candidate))};`,
    'export const v3Seen = false;',
    `export const parentHead = ${bytes(parentHead)};`,
    'export const relayParentNumber = 1;',
    'export const relayParentStorageRoot = new Uint8Array(32);',
    `export const maxPovSize = ${MAX_POV_BYTES};`,
    `export const blockData = ${bytes(blockData)};`,
    `export const runtimeBytes = ${bytes(code)};`,
  ].join('\n');
}
