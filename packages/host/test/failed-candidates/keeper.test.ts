import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FailedCandidates } from '../../src/failed-candidates/index.ts';
import type { ValidateRequest, ValidationOutcome } from '../../src/index.ts';
import { candidate, silent, text } from '../support/hosts.ts';

function directory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'pvf-host-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const request = {
  ...candidate(text('a block')),
  executorParams: [{ type: 'MaxMemoryPages', value: 9 }],
} as ValidateRequest;
const outcome = (id: number, kind = 'invalid'): ValidationOutcome =>
  ({
    kind,
    rule: 'refused-by-pvf',
    message: 'trap\n\u001b[31m',
    requestId: `ab-${id}`,
    codeHash: 'cd'.repeat(32),
    candidateHash: undefined,
  }) as ValidationOutcome;

describe('candidates that failed', () => {
  it('are files that nobody else may read, with all that the outcome depended on', async () => {
    const dir = join(directory(), 'made', 'for', 'it');
    const failed = new FailedCandidates({ dir }, silent);
    failed.keep(request, outcome(1));
    await failed.flush();
    const [name] = readdirSync(dir);
    expect(name).toBe('failed-cdcdcdcdcdcdcdcd-ab-1.json');
    expect(statSync(join(dir, name!)).mode & 0o777).toBe(0o600);
    const json = readFileSync(join(dir, name!), 'utf8');
    expect(json.trimEnd()).not.toContain('\n');
    expect(JSON.parse(json)).toMatchObject({
      note: expect.stringMatching(/^approval: invalid \(refused-by-pvf\), trap \[31m$/),
      codeHash: `0x${'cd'.repeat(32)}`,
      executorParams: [{ MaxMemoryPages: 9 }],
      blockData: `0x${Buffer.from('a block').toString('hex')}`,
      maxPovSize: request.validationData.maxPovSize,
    });
  });

  it('are those that are or may be invalid, no others', async () => {
    const dir = directory();
    const failed = new FailedCandidates({ dir }, silent);
    for (const kind of [
      'valid',
      'internal',
      'cancelled',
      'deadline-passed',
      'preparation-failed',
      'chain-unavailable',
    ])
      failed.keep(request, outcome(1, kind));
    failed.keep(request, outcome(2, 'possibly-invalid'));
    await failed.flush();
    expect(readdirSync(dir)).toEqual(['failed-cdcdcdcdcdcdcdcd-ab-2.json']);
  });

  it('make room, the oldest first, and never for anything but themselves', async () => {
    const dir = directory();
    writeFileSync(join(dir, 'mine.json'), 'x'.repeat(5_000));
    const failed = new FailedCandidates({ dir, maxFiles: 3, maxBytes: 2_500 }, silent);
    for (let id = 1; id <= 5; id++) {
      failed.keep(request, outcome(id));
      await failed.flush();
      utimesSync(join(dir, `failed-cdcdcdcdcdcdcdcd-ab-${id}.json`), id, id);
    }
    expect(readdirSync(dir).sort()).toEqual([
      ...[3, 4, 5].map((id) => `failed-cdcdcdcdcdcdcdcd-ab-${id}.json`),
      'mine.json',
    ]);
    // One is about 600 bytes, this one nearly 2,000.
    failed.keep({ ...request, pov: { blockData: new Uint8Array(700) } } as ValidateRequest, outcome(6));
    failed.keep({ ...request, pov: { blockData: new Uint8Array(5_000) } } as ValidateRequest, outcome(7));
    await failed.flush();
    expect(
      readdirSync(dir)
        .sort()
        .filter((name) => name !== 'mine.json')
        .at(-1),
    ).toBe('failed-cdcdcdcdcdcdcdcd-ab-6.json');
    const bytes = readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0) - 5_000;
    expect(bytes).toBeLessThanOrEqual(2_500);
  });

  it('are copied at once, and not kept where the disk cannot follow or refuses', async () => {
    const dir = directory();
    const warnings: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line).msg) });
    const failed = new FailedCandidates({ dir }, logger);
    const blockData = text('a block');
    for (let id = 1; id <= 9; id++)
      failed.keep({ ...request, pov: { blockData } } as ValidateRequest, outcome(id));
    blockData.fill(0);
    await failed.flush();
    expect(readdirSync(dir)).toHaveLength(4);
    for (const name of readdirSync(dir))
      expect(readFileSync(join(dir, name), 'latin1')).toContain(Buffer.from('a block').toString('hex'));
    expect(warnings).toEqual(Array(5).fill(expect.stringContaining('the disk is too slow')));

    const refused = new FailedCandidates({ dir: join(dir, readdirSync(dir)[0]!) }, logger);
    refused.keep(request, outcome(10));
    await refused.flush();
    expect(warnings.at(-1)).toContain('cannot be kept');
  });
});
