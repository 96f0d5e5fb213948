import {
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactChecksum } from '@pvf/protocol';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { PROPERTY } from '../../test-kit/setup/property.ts';
import { type ArtifactFile, ArtifactFiles } from '../src/artifact-file.ts';

/** No artifacts: what is in them is not looked at here. */
const CONTENTS = ['one', 'two', 'three', 'four'].map((text) => Buffer.from(text));
const content = fc.nat(CONTENTS.length - 1);

const step = fc.oneof(
  fc.record({ type: fc.constant('ask' as const), which: content }),
  // Another file in its place, as the host does it, or the same one written over.
  fc.record({ type: fc.constant('replace' as const), which: content }),
  fc.record({ type: fc.constant('overwrite' as const), which: content }),
);

it('is loaded when the file has the checksum that is asked for, and never else', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-artifact-'));
  const path = join(directory, 'artifact');
  const files = new ArtifactFiles(path, 3);
  let writes = 0;
  try {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (steps) => {
        const write = (target: string, bytes: Uint8Array): void => {
          writes += 1;
          writeFileSync(target, bytes);
          // Clocks of file systems are coarse; the host's files differ in more than this.
          utimesSync(target, writes, writes);
        };
        let there = 0;
        write(path, CONTENTS[there]!);
        for (const { type, which } of steps) {
          const bytes = CONTENTS[which]!;
          if (type === 'ask') {
            // In the request's memory, which the next request overwrites.
            const checksum = Uint8Array.from(artifactChecksum(bytes));
            const file = files.open(checksum);
            checksum.fill(0);
            const header = file && new Uint8Array(file.parts().header);
            file?.unmap();
            expect(header).toEqual(which === there ? new Uint8Array(bytes) : undefined);
          } else {
            there = which;
            if (type === 'overwrite') write(path, bytes);
            else {
              write(`${path}.new`, bytes);
              renameSync(`${path}.new`, path);
            }
          }
        }
      }),
      { ...PROPERTY, numRuns: 200 },
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

it('is mapped while it is looked into, and never longer', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-artifact-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'artifact');
  const mappings = (): number => readFileSync('/proc/self/maps', 'latin1').split(directory).length - 1;
  const files = new ArtifactFiles(path, 3);
  for (const bytes of CONTENTS) {
    writeFileSync(`${path}.new`, bytes);
    renameSync(`${path}.new`, path);
    expect(files.open(new Uint8Array(32))).toBeUndefined();
    expect(mappings()).toBe(0);
    // For the first time, and once it is known; each may be given up twice.
    for (let round = 0; round < 2; round++) {
      const file = files.open(artifactChecksum(bytes))!;
      file.bytes();
      file.parts();
      expect(mappings()).toBe(1);
      file.unmap();
      file.unmap();
      expect(mappings()).toBe(0);
      file.parts();
      expect(mappings()).toBe(1);
      file.unmap();
      expect(mappings()).toBe(0);
    }
  }
});

it('is known without its file while it is among those that were given last, and unchanged', () => {
  const MOST = 2;
  const directory = mkdtempSync(join(tmpdir(), 'pvf-artifact-'));
  const happens = fc.record({
    type: fc.constantFrom('give', 'give', 'ask', 'ask', 'ask', 'damage', 'mend'),
    which: content,
  });
  try {
    fc.assert(
      fc.property(fc.array(happens, { maxLength: 40, size: 'max' }), (steps) => {
        const path = join(mkdtempSync(join(directory, 'run-')), 'artifact');
        const files = new ArtifactFiles(path, MOST);
        const stored = CONTENTS.map((_, which) => ({ path: `${path}-${which}`, sound: true, writtenAt: 0 }));
        const write = (which: number, sound: boolean, writtenAt: number): void => {
          const file = stored[which]!;
          Object.assign(file, { sound, writtenAt });
          writeFileSync(file.path, sound ? CONTENTS[which]! : 'damaged');
          utimesSync(file.path, writtenAt, writtenAt);
        };
        for (const which of CONTENTS.keys()) write(which, true, 1);
        let known: { which: number; writtenAt: number }[] = [];
        steps.forEach(({ type, which }, step) => {
          const { path: from, sound, writtenAt } = stored[which]!;
          const checksum = artifactChecksum(CONTENTS[which]!);
          const textOf = (file: ArtifactFile | undefined): string | undefined => {
            const text = file && Buffer.from(file.bytes()).toString();
            file?.unmap();
            return text;
          };
          const text = CONTENTS[which]!.toString();
          if (type === 'give') {
            linkSync(from, path);
            expect(textOf(files.open(checksum))).toBe(sound ? text : undefined);
            rmSync(path);
            known = known.filter((each) => each.which !== which);
            if (sound) known = [...known.slice(1 - MOST), { which, writtenAt }];
          } else if (type === 'ask') {
            const is = known.some((each) => each.which === which && each.writtenAt === writtenAt);
            expect(textOf(files.known(checksum))).toBe(is ? text : undefined);
            if (!is) known = known.filter((each) => each.which !== which);
          } else write(which, type === 'mend', step + 2);
        });
      }),
      { ...PROPERTY, numRuns: 100 },
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

it('keeps no more files open than it may, and none whose name is gone', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-artifact-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'artifact');
  const files = new ArtifactFiles(path, 3);
  const open = (): number =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(directory);
      } catch {
        // The one that the folder was read with.
        return false;
      }
    }).length;
  /** As the host does it: its own file, linked into the worker's directory for a while. */
  const ask = (name: string): void => {
    const bytes = Buffer.from(name);
    writeFileSync(join(directory, name), bytes);
    linkSync(join(directory, name), path);
    files.open(artifactChecksum(bytes))!.unmap();
    rmSync(path);
  };
  const counts = ['a', 'b', 'c', 'd', 'e'].map((name) => {
    ask(name);
    return open();
  });
  expect(counts).toEqual([1, 2, 3, 3, 3]);
  for (const name of ['c', 'e']) rmSync(join(directory, name));
  ask('f');
  expect(open()).toBe(2);
});
