// A parachain developer: has a chain specification, and the PoVs that a collator exported.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PersistedValidationData, PoV } from '@pvf/protocol';

const demo = fileURLToPath(new URL('../../examples/demo/', import.meta.url));
const MAX_POV_SIZE = 10 * 1024 * 1024;

/** Asset Hub's chain specification, from the npm package that light clients take it from. */
export async function chainSpecification() {
  const path = createRequire(join(demo, 'package.json')).resolve(
    '@substrate/connect-known-chains/rococo_v2_2_asset_hub',
  );
  const { chainSpec } = await import(pathToFileURL(path).href);
  return chainSpec;
}

/** Writes what a collator with `--export-pov-to-path` would have written of a block of the fixtures. */
function exportPov(folder, fixture, name) {
  const at = join(demo, 'fixtures/asset-hub-rococo-900');
  const json = JSON.parse(readFileSync(join(at, `${fixture}.json`), 'utf8'));
  const blockData = json.blockDataFile ? readFileSync(join(at, json.blockDataFile)) : hex(json.blockData);
  const data = {
    parentHead: hex(json.parentHead),
    relayParentNumber: json.relayParentNumber,
    relayParentStorageRoot: hex(json.relayParentStorageRoot),
    maxPovSize: MAX_POV_SIZE,
  };
  writeFileSync(
    join(folder, name),
    Buffer.concat([PoV.encode({ blockData }), PersistedValidationData.encode(data)]),
  );
}

export async function playDeveloper(person) {
  const { folder } = person;
  writeFileSync(join(folder, 'chain-spec.json'), await chainSpecification());
  exportPov(folder, '005-ok-transfers-3', '0xabc_5.pov');
  exportPov(folder, '040-bad-state-root', '0xdef_6.pov');

  const precheck = person.pvf([
    'precheck',
    'chain-spec.json',
    '--chain',
    'polkadot',
    '--junit',
    'report.xml',
  ]);
  assert.match(precheck.stdout, /chain-spec\.json: accepted/);
  assert.match(precheck.stdout, /preparation: .* CPU \([\d.]+ %\)/);
  assert.match(readFileSync(join(folder, 'report.xml'), 'utf8'), /failures="0"/);

  const common = ['validate', '--pvf', 'chain-spec.json', '--chain', 'polkadot', '--pov-file'];
  const valid = person.pvf([...common, '0xabc_5.pov']);
  assert.match(valid.stdout, /The PVF accepts the block as valid, with [\d.]+ % of the CPU limit/);

  const spoiled = person.pvf([...common, '0xdef_6.pov'], { exit: 1 });
  assert.match(spoiled.stdout, /Storage root must match that calculated/);

  const json = JSON.parse(person.pvf([...common, '0xabc_5.pov', '--json', '--repeat', '3']).stdout);
  assert.equal(json.candidates[0].repeated.alike, true);

  const replay = person.pvf(
    ['replay', '.', '--pvf', 'chain-spec.json', '-o', 'results.jsonl', '--csv', 'results.csv'],
    { exit: [1, 2] },
  );
  assert.match(replay.stdout, /valid +1/);
  return '"valid", and why a block is not';
}

function hex(text) {
  return Buffer.from(text.replace(/^0x/, ''), 'hex');
}
