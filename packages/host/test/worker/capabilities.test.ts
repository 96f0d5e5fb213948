import { describe, expect, it } from 'vitest';
import { parseCapabilities } from '../../src/worker/capabilities.ts';
import { engineIdentity } from '../../src/worker/engine.ts';

const parse = (stdout: string, status = 0) =>
  parseCapabilities({ status, timedOut: false, stdout, stderr: '' });
const WHO = 'version=1.2.3\nfull-version=1.2.3-abc\nengine=v8-1 x64 tag-00\n';

describe('what a worker program says at once', () => {
  it('is read line by line; a value may hold anything but the end of the line', () => {
    expect(
      parse(
        `${WHO}files=["/a=b","/c"]\ncheck-can-enable-landlock=ok\ncheck-can-enable-seccomp=no: a=b\nnew=1\n`,
      ),
    ).toEqual({
      version: '1.2.3',
      fullVersion: '1.2.3-abc',
      engine: 'v8-1 x64 tag-00',
      files: ['/a=b', '/c'],
      checks: { landlock: 'ok', seccomp: 'no: a=b' },
    });
  });

  it('may name limits that are too low, what is lost of layers, and that it takes part in a trial', () => {
    expect(parse(`${WHO}limits=ok\ntrial=1\nlost-capabilities=capset: EPERM\n`)).toMatchObject({
      limits: 'ok',
      takesTrial: true,
      lost: { capabilities: 'capset: EPERM' },
    });
    expect(parse(`${WHO}trial=0\n`)?.takesTrial).toBeUndefined();
  });

  it('may name that it takes a control group', () => {
    expect(parse(`${WHO}cgroup=1\n`)?.takesCgroup).toBe(true);
    for (const said of ['', 'cgroup=0\n']) expect(parse(WHO + said)?.takesCgroup).toBeUndefined();
  });

  it.each([
    ['memory', true],
    ['count', undefined],
  ])('tells whether PVFs stay loaded in memory that the host gives: templates=%s', (value, hasTemplates) => {
    expect(parse(`${WHO}templates=${value}\n`)?.hasTemplates).toBe(hasTemplates);
  });

  it('may name that it shares memory with its host', () => {
    expect(parse(`${WHO}shared-memory=1\n`)?.sharesMemory).toBe(true);
    for (const said of ['', 'shared-memory=2\n']) expect(parse(WHO + said)?.sharesMemory).toBeUndefined();
  });
  it.each<[string, number | undefined]>([
    ['256', 256],
    ['1', 1],
    ['999999', 999_999],
    ...['0', '', '-1', '1.5', '01', '1e3', 'all', '1000000'].map((value): [string, undefined] => [
      value,
      undefined,
    ]),
  ])(
    'tells how many artifacts it need not be given again: asks-for-artifacts=%s',
    (value, remembersArtifacts) => {
      expect(parse(`${WHO}asks-for-artifacts=${value}\n`)?.remembersArtifacts).toBe(remembersArtifacts);
    },
  );

  it.each(['', '1.2.3\n', 'engine=v8\n', WHO.replace('engine=', 'motor=')])(
    'is not taken from a program that says %j: it is asked by single flags',
    (stdout) => {
      expect(parse(stdout)).toBeUndefined();
    },
  );

  it('is not taken from a program that fails', () => {
    expect(parse(WHO, 101)).toBeUndefined();
  });

  it.each(['files=nonsense', 'files={}', 'files=[1]'])('may have rubbish in it: %s', (line) => {
    expect(parse(WHO + line)).toMatchObject({ files: [] });
  });
});

describe('the identity of the engine', () => {
  const program = { kind: 'prepare', version: '1', fullVersion: '1-a', engine: 'v8-1 tag-00' } as const;
  const of = (change: object, cpu = ['flags : fpu avx2']): string =>
    engineIdentity([{ ...program, ...change }], cpu);

  it('is the same for the same programs on the same CPU', () => {
    expect(of({})).toBe(of({}));
    expect(of({})).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ['version', { version: '2' }],
    ['build', { fullVersion: '1-b' }],
    ['engine, flags or CPU features as the engine sees them', { engine: 'v8-1 tag-01' }],
  ])('differs with another %s', (_, change) => {
    expect(of(change)).not.toBe(of({}));
  });

  it('differs on another CPU, whatever the programs say', () => {
    expect(of({}, ['flags : fpu'])).not.toBe(of({}));
  });

  it('does not depend on where the programs lie', () => {
    expect(of({ path: '/elsewhere', files: ['/x'], identity: '9' })).toBe(of({}));
  });
});
