// Which artifacts have a template, and for how long: the real book-keeping with templates that a test scripts.
import { templateBytes } from '@pvf/protocol';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ArtifactFile } from '../src/artifact-file.ts';
import { Templates } from '../src/templates.ts';

const world = vi.hoisted(() => ({
  /** What has happened, in order. */
  told: [] as string[],
  /** Bytes that the next template turns out to hold; `undefined`: it cannot be loaded. */
  holds: 0 as number | undefined,
  memory: new Map<number, number>(),
  templates: new Map<number, { isClosed: boolean }>(),
  fails: undefined as Error | undefined,
}));

vi.mock('../src/job/execute.ts', () => ({ executeJob: () => 0 }));
vi.mock('../src/job/guest.ts', () => ({ makeTemplateGuest: () => ({}) }));
vi.mock('@pvf/worker', () => {
  class TemplateError extends Error {}
  let pid = 0;
  class Template {
    readonly pid = ++pid;
    isClosed = false;
    static start(): Template | undefined {
      world.told.push('start');
      if (world.holds === undefined) return undefined;
      const template = new Template();
      world.memory.set(template.pid, world.memory.get(process.pid)! + world.holds);
      world.templates.set(template.pid, template);
      return template;
    }
    static rest(): void {
      world.told.push('rest');
    }
    keep(bytes: number): void {
      world.told.push(`keep ${bytes}`);
    }
    run(): string {
      if (world.fails !== undefined) throw world.fails;
      world.told.push('run');
      return 'report';
    }
    prepareJob(): void {
      if (world.fails !== undefined) throw world.fails;
      world.told.push('prepare');
    }
    close(): void {
      world.told.push('close');
    }
  }
  class RequestArena {
    constructor() {
      world.told.push('arena');
    }
    close(): void {
      world.told.push('arena closed');
    }
  }
  return { beforeJob: <T>(make: () => T) => make(), RequestArena, Template, TemplateError };
});
const { TemplateError } = await import('@pvf/worker');

const MIB = 2 ** 20;
const PLAIN = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const STARTS = Uint8Array.of(...PLAIN, 8, 1, 0);
const LOADED = ['arena', 'start'];
const GIVEN_UP = ['close', 'arena closed'];

function setUp({ bytes = 1024 * MIB, templates = 10, fromUse = 1, allowed = true } = {}) {
  const warned: unknown[] = [];
  const context = {
    templates: allowed,
    job: {},
    readMemory: (pid: number) => world.memory.get(pid),
    log: { warn: ({ err }: { err: unknown }) => warned.push(err) },
  };
  const kept = new Templates(context as never, {} as never, { bytes, templates, fromUse });
  /** A candidate of an artifact; what has happened then, with whether it ran on a template last. */
  const run = (artifact: number, wasm = PLAIN, size = MIB): readonly string[] => {
    world.told.length = 0;
    const file = { size, parts: () => ({ wasm }) } as unknown as ArtifactFile;
    const report: unknown = kept.run(file, `${artifact}`, PLAIN, {
      cpuLimitNs: 1,
    } as never);
    return [...world.told, report === undefined ? 'alone' : `${report}`];
  };
  const prepareJob = (): readonly string[] => {
    world.told.length = 0;
    kept.prepareJob();
    return [...world.told];
  };
  return { run, prepareJob, warned };
}

const RUN = ['run', 'report'];
const ALONE = ['rest', 'alone'];

beforeEach(() => {
  Object.assign(world, { holds: MIB, fails: undefined, told: [] });
  world.memory.clear();
  world.memory.set(process.pid, 100 * MIB);
});

describe('an artifact', () => {
  const EXPECTED = templateBytes(MIB);

  it('is loaded once, and kept with what it was taken to hold', () => {
    const { run } = setUp();
    expect(run(1)).toEqual([...LOADED, `keep ${EXPECTED}`, ...RUN]);
    for (let n = 0; n < 3; n++) expect(run(1)).toEqual(RUN);
    expect(run(2)).toEqual([...LOADED, `keep ${EXPECTED}`, ...RUN]);
    expect(run(1)).toEqual(RUN);
  });

  it.each([
    [EXPECTED - 1, EXPECTED],
    [EXPECTED + 1, EXPECTED + 1],
    [512 * MIB, 512 * MIB],
  ])('that turns out to hold %i bytes is kept with %i', (holds, kept) => {
    const { run } = setUp();
    world.holds = holds;
    expect(run(1)).toEqual([...LOADED, `keep ${kept}`, ...RUN]);
    expect(run(1)).toEqual(RUN);
  });

  it.each<[string, number | undefined, number]>([
    ['more than half a GiB', 512 * MIB + 1, 1024 * MIB],
    ['more than all may', 64 * MIB + 1, 64 * MIB],
  ])('that turns out to hold %s is given up, for good', (_, holds, bytes) => {
    const { run } = setUp({ bytes });
    world.holds = holds;
    expect(run(1)).toEqual([...LOADED, ...GIVEN_UP, ...ALONE]);
    for (let n = 0; n < 3; n++) expect(run(1)).toEqual(ALONE);
  });

  it('that cannot be loaded is not tried again, among 256 of them', () => {
    const { run } = setUp();
    world.holds = undefined;
    for (let artifact = 0; artifact < 256; artifact++)
      expect(run(artifact)).toEqual([...LOADED, 'arena closed', ...ALONE]);
    for (let artifact = 0; artifact < 256; artifact++) expect(run(artifact)).toEqual(ALONE);
    // One more, and the eldest is forgotten.
    expect(run(256)).toEqual([...LOADED, 'arena closed', ...ALONE]);
    for (const artifact of [256, 255, 1]) expect(run(artifact)).toEqual(ALONE);
    expect(run(0)).toEqual([...LOADED, 'arena closed', ...ALONE]);
  });

  it('that starts by itself is never loaded ahead', () => {
    const { run } = setUp();
    for (let n = 0; n < 3; n++) expect(run(1, STARTS)).toEqual(ALONE);
  });

  it('is not loaded where there are no templates, or not yet', () => {
    const none = setUp({ allowed: false });
    for (let n = 0; n < 3; n++) expect(none.run(1)).toEqual(ALONE);
    const later = setUp({ fromUse: 2 });
    expect(later.run(1)).toEqual(ALONE);
    expect(later.run(1).at(-1)).toBe('report');
  });
});

describe('room', () => {
  it('is taken by what templates hold, not by what they were taken to', () => {
    const { run } = setUp({ bytes: 100 * MIB });
    world.holds = 60 * MIB;
    expect(run(1).at(-1)).toBe('report');
    expect(run(2)).toEqual([...LOADED, ...GIVEN_UP, ...ALONE]);
    expect(run(1)).toEqual(RUN);
  });

  it('is made of those that are used less', () => {
    const { run } = setUp({ templates: 1 });
    expect(run(1).at(-1)).toBe('report');
    expect(run(2)).toEqual(ALONE);
    expect(run(2)).toEqual([...GIVEN_UP, ...LOADED, `keep ${templateBytes(MIB)}`, ...RUN]);
    expect(run(1)).toEqual(ALONE);
  });

  it('is where a template has ended by itself', () => {
    const { run } = setUp({ templates: 1 });
    run(1);
    for (const template of world.templates.values()) template.isClosed = true;
    expect(run(2)).toEqual([...GIVEN_UP, ...LOADED, `keep ${templateBytes(MIB)}`, ...RUN]);
  });
});

describe('a template that fails', () => {
  it('is given up, its candidate runs alone, and the next one has another', () => {
    const { run, warned } = setUp();
    run(1);
    world.fails = new TemplateError('no job was made in time');
    expect(run(1)).toEqual([...GIVEN_UP, ...ALONE]);
    expect(warned).toEqual([world.fails]);
    world.fails = undefined;
    expect(run(1)).toEqual([...LOADED, `keep ${templateBytes(MIB)}`, ...RUN]);
  });

  it('is given up between two requests, too', () => {
    const { run, prepareJob } = setUp();
    run(1);
    world.fails = new TemplateError('it has died');
    expect(prepareJob()).toEqual(GIVEN_UP);
    world.fails = undefined;
    expect(run(1).slice(0, 2)).toEqual(LOADED);
  });

  it('for another reason is a fault of this machine', () => {
    const { run, prepareJob } = setUp();
    run(1);
    world.fails = new Error('EIO');
    expect(() => prepareJob()).toThrow('EIO');
    expect(() => run(1)).toThrow('EIO');
  });
});

describe('the next job', () => {
  it('is made of the template that has just run one, once', () => {
    const { run, prepareJob } = setUp();
    expect(prepareJob()).toEqual([]);
    run(1);
    expect(prepareJob()).toEqual(['prepare']);
    expect(prepareJob()).toEqual([]);
    run(1);
    run(2);
    expect(prepareJob()).toEqual(['prepare']);
    run(3, STARTS);
    expect(prepareJob()).toEqual([]);
  });
});
