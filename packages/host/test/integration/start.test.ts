import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guest } from '@pvf/test-kit';
import { expect, it } from 'vitest';
import type { WorkerKind } from '../../src/errors.ts';
import { locateWorker } from '../../src/worker/locate.ts';
import { tempDir } from '../support/fake-worker.ts';
import { candidate, startHost, workerProcesses } from '../support/hosts.ts';

/** A launcher that notes its words before it runs this repository's worker, or what `instead` says. */
function launcher(kind: WorkerKind, instead = '') {
  const dir = tempDir();
  const path = join(dir, `${kind}-launcher`);
  const notes = join(dir, 'calls');
  const real = locateWorker(kind, undefined);
  writeFileSync(path, `#!/bin/sh\necho "$*" >> '${notes}'\nreal='${real}'\n${instead}\nexec "$real" "$@"\n`);
  chmodSync(path, 0o755);
  const calls = (): string[] => (existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : []);
  return { path, calls };
}

const valid = () => candidate(new Uint8Array(), { code: guest('accepts-anything') });

it('a host starts one process of each kind, which tells about its program and then serves', async () => {
  const [prepare, execute] = [launcher('prepare'), launcher('execute')];
  const host = await startHost({
    workers: { prepare: prepare.path, execute: execute.path },
    without: [],
  });
  const workers = [...workerProcesses('prepare'), ...workerProcesses('execute')];
  expect((await host.validate(valid())).kind).toBe('valid');
  expect([...workerProcesses('prepare'), ...workerProcesses('execute')]).toEqual(workers);
  for (const { calls } of [prepare, execute])
    expect(calls()).toEqual([expect.stringMatching(/^--capabilities .*--then (prepare|execute)-worker /)]);
});

it.each(['prepare', 'execute'] as const)(
  'the start goes on when the %s worker dies once it has told',
  async (kind) => {
    const dying = launcher(
      kind,
      `case "$*" in *--then*)
  case "$2" in --then) set -- "$1";; *) set -- "$1" "$2";; esac
  "$real" "$@" && echo serves=1; exit
esac`,
    );
    const host = await startHost({ workers: { [kind]: dying.path } });
    expect((await host.validate(valid())).kind).toBe('valid');
    expect(dying.calls()).toHaveLength(2);
  },
);

it('nothing stays of workers that a host does not start with', async () => {
  const [prepare, execute] = [launcher('prepare'), launcher('execute')];
  const cacheDir = tempDir();
  await expect(
    startHost({ cacheDir, nodeVersion: '9.9.9', workers: { prepare: prepare.path, execute: execute.path } }),
  ).rejects.toMatchObject({ code: 'WORKER_VERSION' });
  expect([...workerProcesses('prepare'), ...workerProcesses('execute')]).toEqual([]);
  expect(readdirSync(cacheDir)).toEqual([]);
});
