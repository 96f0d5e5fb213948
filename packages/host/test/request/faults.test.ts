import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { artifactFileName } from '../../src/artifact-identity.ts';
import type { ArtifactResult } from '../../src/artifacts/index.ts';
import type { ExecutionKind } from '../../src/index.ts';
import type { HostServices } from '../../src/request/host-services.ts';
import { checkCandidate, checkPvf, RequestScope, runPrecheck, Validation } from '../../src/request/index.ts';
import { ArtifactStore } from '../../src/store/store.ts';
import type { Threads } from '../../src/threads/index.ts';
import { tempDir } from '../support/fake-worker.ts';
import { candidate, DEFAULTS, silent, text } from '../support/hosts.ts';

const oops = (): Promise<never> => Promise.reject(new Error('oops'));
const READY: ArtifactResult = {
  type: 'ready',
  artifact: {
    identity: { codeHash: '00', prepHash: '00', engine: 'e' },
    path: 'x',
    checksum: '00'.repeat(32),
    size: 1,
    stats: undefined,
  },
  fromCache: false,
};

/** What a request needs of the host, where one thing throws that never should. */
function partsWith(faulty: Partial<HostServices>): HostServices {
  const parts: Partial<HostServices> = {
    clock: new FakeClock(),
    logger: silent,
    threads: { hash: async () => '00' } as unknown as Threads,
    artifacts: { acquire: async () => READY } as unknown as HostServices['artifacts'],
    ...faulty,
  };
  return parts as HostServices;
}

const scope = (parts: HostServices) =>
  new RequestScope('id', {}, parts.clock, silent, new AbortController().signal);

const FAULTS: [string, Partial<HostServices>][] = [
  ['a thread that hashes', { threads: { hash: oops } as unknown as Threads }],
  ['the look-up of artifacts', { artifacts: { acquire: oops } as unknown as HostServices['artifacts'] }],
];

describe('something that rejects and never should is this machine’s fault', () => {
  it.each([
    ...FAULTS,
    ['the queue of executions', { executions: { run: oops } as unknown as HostServices['executions'] }],
  ] as [string, Partial<HostServices>][])('for validations: %s', async (_, faulty) => {
    const parts = partsWith(faulty);
    for (const kind of ['dispute', 'approval', 'backing-system', 'backing'] satisfies ExecutionKind[]) {
      const request = candidate('x', { kind });
      const run = new Validation(parts, scope(parts), checkPvf(request), checkCandidate(request)).run();
      const expected = { kind: 'internal', vote: 'abstain', cause: 'host-fault', message: 'Error: oops' };
      expect(await run).toMatchObject(expected);
    }
  });

  it.each(FAULTS)('for prechecks: %s', async (_, faulty) => {
    const parts = partsWith(faulty);
    expect(await runPrecheck(parts, scope(parts), checkPvf({ ...DEFAULTS, code: text('x') }))).toMatchObject({
      kind: 'internal',
      vote: 'abstain',
      cause: 'host-fault',
      message: 'Error: oops',
    });
  });
});

it('a thread that rejects when it should verify an artifact of an earlier run has not verified it', async () => {
  const dir = tempDir();
  const identity = { codeHash: '0'.repeat(64), prepHash: '1'.repeat(64), engine: '2'.repeat(16) };
  writeFileSync(join(dir, artifactFileName(identity, '3'.repeat(64), '4'.repeat(8))), 'artifact');
  const store = new ArtifactStore(dir, { verify: oops, promote: oops }, 'worker');
  const [found] = [...(await store.restore(identity.engine, true)).values()];
  expect(await store.isSound(found!.artifact)).toBe(false);
  // Asked again, it is not trusted either.
  expect(await store.isSound(found!.artifact)).toBe(false);
});
