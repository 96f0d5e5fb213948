import { describe, expect, test } from 'vitest';
import { ALL_NAMESPACES, DEFAULT_DENIED, isSandboxError, type Policy } from '../src/index.ts';
import type { Abilities } from '../src/policy/abilities.ts';
import { planPolicy } from '../src/policy/plan.ts';

const ABLE: Abilities = {
  landlockAbi: 7,
  seccomp: true,
  notify: true,
  namespaces: ALL_NAMESPACES,
  otherThreads: false,
  privileged: false,
  root: false,
};
const without = (lacking: Partial<Abilities>): Abilities => ({ ...ABLE, ...lacking });

/** One policy per layer, alone. */
const LAYERS = {
  files: { files: { read: ['/usr'] } },
  network: { network: { access: 'none' } },
  ports: { network: { access: 'tcp-ports', connectTcp: [443] } },
  scopes: { scopes: { scopes: ['signal'] } },
  syscalls: { syscalls: { deny: DEFAULT_DENIED } },
  namespaces: { namespaces: { namespaces: ['pid'] } },
  root: { root: { directory: '/usr' }, namespaces: { namespaces: ['mount'] } },
  limits: { limits: { wallMs: 1000 } },
} as const satisfies Record<string, Policy>;

const LACKING: Readonly<Record<string, Partial<Abilities>>> = {
  'no Landlock': { landlockAbi: 0, landlockReason: 'ENOSYS' },
  'Landlock ABI 3': { landlockAbi: 3 },
  'Landlock ABI 5': { landlockAbi: 5 },
  'no seccomp': { seccomp: false, notify: false },
  'no namespaces': { namespaces: [], namespacesReason: 'refused' },
  threads: { otherThreads: true, namespaces: [], namespacesReason: 'threads' },
};

/** What `planPolicy` does with a required layer and with a best-effort one. */
function plan(policy: Policy, abilities: Abilities, target: 'this-process' | 'new-process' = 'new-process') {
  const attempt = (p: Policy) => {
    try {
      return planPolicy({ network: { access: 'host' }, ...p }, abilities, target)
        .outcomes.filter(({ layer }) => layer !== 'privileges')
        .map(({ status }) => status);
    } catch (error) {
      return isSandboxError(error, 'LAYER_UNAVAILABLE') ? `throws: ${error.meta.layer}` : error;
    }
  };
  const loose = Object.fromEntries(
    Object.entries(policy).map(([name, layer]) => [name, { ...layer, enforce: 'best-effort' }]),
  ) as Policy;
  return [attempt(policy), attempt(loose)];
}

describe('a required layer is enforced or refused, a best-effort one enforced or reported', () => {
  test.each(Object.entries(LAYERS))('%s, on a machine that has everything', (_, policy) => {
    const [required, loose] = plan(policy, ABLE);
    expect(required).toEqual(loose);
    expect(new Set(required as string[])).toEqual(new Set(['enforced']));
  });

  test.each(
    Object.entries(LACKING).map(([what, lacking]) => [
      what,
      Object.fromEntries(
        Object.entries(LAYERS).map(([name, policy]) => [name, plan(policy, without(lacking))]),
      ),
    ]),
  )('with %s', (_, table) => {
    expect(table).toMatchSnapshot();
  });
});

test('no network without user namespaces is seccomp’s, with them a net namespace’s too', () => {
  const policy = LAYERS.network;
  expect(planPolicy(policy, ABLE, 'new-process').namespaces).toEqual(['user', 'net']);
  expect(planPolicy(policy, without({ namespaces: [] }), 'new-process').namespaces).toEqual([]);
  expect(planPolicy(policy, ABLE, 'this-process').namespaces).toEqual([]);
});

test('without seccomp a net namespace alone leaves sockets in the file system', () => {
  const [, loose] = plan(LAYERS.network, without({ seccomp: false }));
  expect(loose).toEqual(['partial']);
});

test('a simulated ABI counts, a newer one than the kernel’s does not', () => {
  const files = { files: { read: ['/usr'], enforce: 'best-effort' } } as const;
  const abiOf = (kernel: number, simulated?: number) =>
    planPolicy(files, without({ landlockAbi: kernel }), 'new-process', simulated).landlock?.abi;
  expect([abiOf(7), abiOf(7, 2), abiOf(3, 6), abiOf(12)]).toEqual([7, 2, 3, 7]);
});

test('root’s capabilities in other threads are an error unless it becomes a user', () => {
  const abilities = without({ otherThreads: true, privileged: true });
  expect(() => planPolicy({}, abilities, 'this-process')).toThrowError(
    expect.objectContaining({ code: 'LAYER_UNAVAILABLE' }),
  );
  expect(planPolicy({ user: { uid: 1, gid: 1 } }, abilities, 'this-process').outcomes[0]?.status).toBe(
    'enforced',
  );
});

test('this process has nobody to watch its wall time', () => {
  expect(plan(LAYERS.limits, ABLE, 'this-process')).toEqual(['throws: limits', ['partial']]);
});

test('an unknown group is refused', () => {
  const policy: Policy = { syscalls: { deny: ['@everything' as '@mount'] } };
  expect(() => planPolicy(policy, ABLE, 'new-process')).toThrowError(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  );
});

describe('limits that nobody can enforce say what gets past', () => {
  const limited: Policy = {
    network: { access: 'host' },
    limits: { cpuMs: 1000, memoryBytes: 2 ** 28, processes: 5 },
  };
  const outcome = (abilities: Abilities, target: 'forked-process' | 'new-process' = 'new-process') =>
    planPolicy(limited, abilities, target).outcomes.find(({ layer }) => layer === 'limits');

  const refused = (abilities: Abilities) =>
    planPolicy(limited, abilities, 'new-process').filter?.deny?.map((rule) =>
      typeof rule === 'string' ? rule : rule.name,
    );
  const HUGE_PAGES = ['mmap', 'memfd_create', 'shmget'];

  test('with a cgroup they are enforced', () => {
    const cgroup = {
      by: 'cgroup v2 (memory, cpu, processes)',
      resources: ['memory', 'cpu', 'processes'],
    } as const;
    expect(outcome(without({ root: true, cgroup }))).toEqual({
      layer: 'limits',
      status: 'enforced',
      by: ['rlimits', 'the supervisor', cgroup.by],
      missing: [],
    });
    expect(refused(without({ cgroup }))).toEqual(HUGE_PAGES);
    expect(outcome(without({ cgroup, seccomp: false }))?.passes).toEqual([
      expect.stringContaining('huge pages'),
    ]);
  });

  test('without one they are measured, and memory that could not be is refused', () => {
    expect(outcome(ABLE)).toMatchObject({ status: 'measured', missing: [] });
    expect(outcome(ABLE)?.passes).toHaveLength(2);
    expect(outcome(without({ root: true }))?.passes).toHaveLength(3);
    expect(refused(ABLE)).toEqual(['memfd_create', 'memfd_secret', 'shmget', ...HUGE_PAGES]);
  });

  test('a fork has those of the kernel, process by process', () => {
    expect(outcome(ABLE, 'forked-process')?.passes?.join()).toContain('each process by itself');
  });
});

test('other threads are named as the cause, not the ABI, which is enough', () => {
  const threads = without({ otherThreads: true, namespaces: [], namespacesReason: 'threads' });
  for (const policy of [LAYERS.files, LAYERS.ports, LAYERS.scopes]) {
    let thrown: unknown;
    try {
      planPolicy(policy, threads, 'this-process');
    } catch (error) {
      thrown = error;
    }
    expect(isSandboxError(thrown, 'LAYER_UNAVAILABLE') && thrown.meta.reason).toContain('other threads');
  }
  // from ABI 8 on all threads can be restricted together
  const able = { ...threads, landlockAbi: 8 };
  expect(planPolicy(LAYERS.files, able, 'this-process').landlock?.abi).toBe(7);
});

describe('without a word about the network', () => {
  const files: Policy = { files: { system: true } };
  const network = (policy: Policy, target: 'this-process' | 'forked-process' | 'new-process', lacking = {}) =>
    planPolicy(policy, without(lacking), target).outcomes.find(({ layer }) => layer === 'network');

  test('a new or forked process has none, this one keeps its own', () => {
    expect(network(files, 'new-process')).toMatchObject({ status: 'enforced' });
    expect(network(files, 'forked-process')).toMatchObject({ status: 'enforced' });
    expect(network(files, 'this-process')).toBeUndefined();
    expect(network({ ...files, network: { access: 'host' } }, 'new-process')).toBeUndefined();
  });

  test('it is as vital as the layers that are named', () => {
    const lacking = { seccomp: false, notify: false };
    expect(() => network(files, 'new-process', lacking)).toThrow(/network/);
    const loose = { files: { system: true, enforce: 'best-effort' } } as const;
    expect(network(loose, 'new-process', lacking)).toMatchObject({ status: 'partial' });
  });
});

describe('what only a root of its own can do', () => {
  const status = (files: Policy['files'], lacking: Partial<Abilities> = {}) => {
    const plan = planPolicy({ files: { enforce: 'best-effort', ...files } }, without(lacking), 'new-process');
    return plan.outcomes.find(({ layer }) => layer === 'files');
  };

  test.each<[string, Policy['files'], string]>([
    ['hidden paths', { read: ['/usr'], hide: ['/usr/share'] }, 'hidden paths'],
    ['hiding all else', { read: ['/usr'], unlisted: 'hidden' }, 'hidden paths'],
    ['binds', { bind: [{ source: '/usr', target: '/data' }] }, 'paths of another place'],
    ['private directories', { private: ['/tmp'] }, 'private directories'],
  ])('%s: missing where there is no mount namespace', (_, files, missing) => {
    expect(status(files)).toMatchObject({
      status: 'enforced',
      by: expect.arrayContaining(['a root of its own']),
    });
    expect(status(files, { namespaces: [] })).toMatchObject({ status: 'partial', missing: [missing] });
  });

  test('the usual temporary directories are no promise', () => {
    expect(status({ read: ['/usr'], temporary: true }, { namespaces: [] })).toMatchObject({
      status: 'enforced',
    });
  });
});
