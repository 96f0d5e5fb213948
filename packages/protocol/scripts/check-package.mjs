// Packs the package as `npm publish` would, installs the archive into an empty folder, and uses it from there: it
// must work alone, with nothing of the workspace around it. Run after a build: node scripts/check-package.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'pvf-protocol-'));

const PROGRAM = `
import assert from 'node:assert/strict';
import { artifactChecksum, encodeFrame, FrameDecoder, paramsHash, PrepareJobKind } from '@pvf/protocol';
const [payload] = new FrameDecoder().push(encodeFrame(PrepareJobKind.encode('Prechecking')));
assert.equal(PrepareJobKind.decodeExact(payload), 'Prechecking');
assert.equal(artifactChecksum(new Uint8Array(100)).length, 32);
assert.equal(paramsHash([]).length, 32);
`;

/** Runs a program in `cwd` and shows what it says. */
function run(cwd, program, ...args) {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
}

try {
  run(root, 'pnpm', 'pack', '--pack-destination', folder);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  writeFileSync(join(folder, 'program.js'), PROGRAM);
  run(folder, 'npm', 'install', '--no-audit', '--no-fund', `./${archive}`);
  run(folder, process.execPath, 'program.js');
  console.log('the packed package works alone');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
