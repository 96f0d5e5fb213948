import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { Programs } from '../../src/worker/programs.ts';
import { runProgram } from '../../src/worker/run-program.ts';
import { tempDir } from '../support/fake-worker.ts';

const logged: string[] = [];
const logger = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) });

/** A program that tells who it is, and notes each time that it was asked. */
class Program {
  readonly #dir = tempDir();
  readonly path = join(this.#dir, 'program');

  constructor() {
    this.install('1.0.0', 'v8-1');
  }

  install(version: string, engine: string): void {
    this.remove();
    writeFileSync(
      this.path,
      `#!/bin/sh\necho asked >> '${this.#dir}/log'\nprintf 'version=${version}\\nfull-version=${version}-x\\nengine=${engine}\\n'\n`,
      { mode: 0o755 },
    );
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  asked(): number {
    const log = join(this.#dir, 'log');
    return existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0;
  }
}

async function probed(version: string | undefined): Promise<{ programs: Programs; program: Program }> {
  const [program, other] = [new Program(), new Program()];
  const programs = await Programs.probe(
    { prepare: other.path, execute: program.path },
    { version, allowUntestedNode: false },
    tempDir(),
    { prepare: runProgram, execute: runProgram },
    logger,
  );
  return { programs, program };
}

beforeEach(() => {
  logged.length = 0;
});

describe('a worker program', () => {
  it('that is as it was is not asked again', async () => {
    const { programs, program } = await probed('1.0.0');
    expect(await programs.replaced('execute')).toBeUndefined();
    expect(program.asked()).toBe(1);
  });

  it('that is missing fails to start, as others do, and has not been replaced', async () => {
    const { programs, program } = await probed('1.0.0');
    program.remove();
    expect(await programs.replaced('execute')).toBeUndefined();
    expect(programs.stopReason).toBeUndefined();
    program.install('1.0.0', 'v8-1');
    expect(await programs.replaced('execute')).toBeUndefined();
    expect(logged).toEqual([]);
  });

  it('that was installed again is asked once', async () => {
    const { programs, program } = await probed('1.0.0');
    program.install('1.0.0', 'v8-1');
    for (let times = 0; times < 3; times += 1) expect(await programs.replaced('execute')).toBeUndefined();
    expect(program.asked()).toBe(2);
  });

  it.each([
    [
      'another engine',
      undefined,
      '1.0.0',
      'v8-2',
      'was 1.0.0-x when the host started and is another program now',
    ],
    ['another version', '1.0.0', '2.0.0', 'v8-1', 'has version 2.0.0, 1.0.0 is expected'],
  ])('with %s stops the host for good', async (_, expected, version, engine, reason) => {
    const { programs, program } = await probed(expected);
    program.install(version, engine);
    const stopped = await programs.replaced('execute');
    expect(stopped).toContain(reason);
    expect(stopped).toContain('restart the host to use the new one');

    program.install('1.0.0', 'v8-1');
    expect(await programs.replaced('execute')).toBe(stopped);
    expect(await programs.replaced('prepare')).toBe(stopped);
    expect(programs.stopReason).toBe(stopped);
    expect(logged).toHaveLength(1);
  });
});
