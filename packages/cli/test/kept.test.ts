// What a host keeps of candidates that failed is what `pvf validate` and `pvf replay` read.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDER_PVF_PATH, adderChain, encodeAdderBlock } from '@pvf/example-adder-pvf';
import { PvfHost } from '@pvf/host';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { temporaryDirectory } from './files.ts';
import { run } from './run.ts';

test('a block that was refused is refused again, for the same reason and with the same params', async () => {
  const [first] = adderChain([5n]);
  const directory = temporaryDirectory();
  const kept = join(directory, 'kept');
  const host = await PvfHost.start({
    keepFailed: { dir: kept },
    cacheDir: join(directory, 'cache'),
    logger: pino({ level: 'silent' }),
  });
  const request = {
    code: readFileSync(ADDER_PVF_PATH),
    executorParams: [{ type: 'MaxMemoryPages', value: 2_000 }],
    validationCodeBombLimit: 20_000_000,
    kind: 'approval',
    validationData: {
      parentHead: first!.parentHead,
      relayParentNumber: 9,
      relayParentStorageRoot: new Uint8Array(32),
      maxPovSize: 1_000_000,
    },
  } as const;
  const refused = await host.validate({
    ...request,
    pov: { blockData: encodeAdderBlock({ state: 1n, add: 5n }) },
  });
  await host.validate({ ...request, pov: { blockData: first!.blockData } });
  await host.close();
  expect(refused.kind).toBe('invalid');

  const files = readdirSync(kept).map((name) => join(kept, name));
  expect(files).toHaveLength(1);
  const argv = ['--cache-dir', join(directory, 'cache'), '--json', '--pvf', ADDER_PVF_PATH];
  const { code, stdout } = await run(['validate', ...argv, '--candidate', files[0]!]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    parameters: {
      executorParams: { given: true, value: request.executorParams },
      validationCodeBombLimit: { given: true, value: 20_000_000 },
    },
    candidates: [{ outcome: { kind: refused.kind, rule: 'refused-by-pvf', artifact: { fromCache: true } } }],
  });
  const replayed = await run(['replay', ...argv, kept]);
  expect(JSON.parse(replayed.stdout).byOutcome).toEqual({ 'invalid (refused-by-pvf)': 1 });
});
