import { constants } from 'node:zlib';
import { COMPRESSED_PREFIX, POV_BOMB_LIMIT } from '@pvf/protocol';
import { endlessGuest, growingGuest, largeGuest, lengthGuest, recursingGuest } from '../guests/fixed.ts';
import { concat, MUTATIONS, mutate } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type ArtifactVariant, execution, type PvfCase, pvfCase } from './types.ts';
import { bombVariants, compress, zstdVariants } from './zstd-variants.ts';

/** Every way to write a compressed PoV, well or badly, given to a PVF that returns the size of what it got. */
export function* povBlobs(random: Random): Generator<PvfCase> {
  const content = Uint8Array.from({ length: 3000 }, (_, index) => (index * index) & 0x3f);
  const variants = [
    { name: 'raw-empty', bytes: new Uint8Array(0) },
    { name: 'raw', bytes: content },
    { name: 'part-of-the-prefix', bytes: COMPRESSED_PREFIX.subarray(0, 7) },
    {
      name: 'prefix-wrong',
      bytes: concat(COMPRESSED_PREFIX.subarray(0, 7), Uint8Array.of(6), compress(content)),
    },
    ...zstdVariants(content),
    ...bombVariants(POV_BOMB_LIMIT),
    ...bombVariants(32 << 20),
    ...[1 << 20, 16 << 20, 31 << 20, 33 << 20].map((length) => ({
      name: `raw-${length}`,
      bytes: new Uint8Array(length),
    })),
  ];
  const executions = variants.map(({ name, bytes }) => execution(name, { blockData: bytes }));
  const frames = [
    compress(content),
    compress(content, { [constants.ZSTD_c_checksumFlag]: 1 }),
    compress(random.fork('text').bytes(2000)),
  ];
  for (let i = 0; i < 150; i++) {
    const stream = random.fork(i);
    const mutation = stream.pick(MUTATIONS);
    const spoiled = concat(COMPRESSED_PREFIX, mutate(stream, stream.pick(frames), mutation));
    executions.push(execution(`mutated-${i}-${mutation}`, { blockData: spoiled }));
  }
  yield pvfCase('pov-blob', lengthGuest(), { executions });
}

/** The same for code, under bomb limits around its size. */
export function* codeBlobs(random: Random): Generator<PvfCase> {
  const code = lengthGuest();
  const executions = [execution('run', { blockData: random.bytes(10) })];
  for (const { name, bytes } of zstdVariants(code)) yield pvfCase(`code-blob/${name}`, bytes, { executions });
  for (const bombLimit of [0, 1, code.length - 1, code.length, code.length + 1, 0xffff_ffff]) {
    yield pvfCase(`code-limit/raw/${bombLimit}`, code, { bombLimit });
    for (const { name, bytes } of zstdVariants(code).filter((variant) =>
      /^(nothing|empty-frame|level-3|two-frames|then-garbage|cut-1|checksum-wrong)$/.test(variant.name),
    ))
      yield pvfCase(`code-limit/${name}/${bombLimit}`, bytes, { bombLimit });
  }
  for (const { name, bytes } of bombVariants(1 << 20))
    yield pvfCase(`code-bomb/${name}`, bytes, { bombLimit: 1 << 20 });
}

const ARTIFACTS: readonly ArtifactVariant[] = [
  'as-prepared',
  'empty',
  'garbage',
  'truncated',
  'flipped',
  'other-checksum',
  'empty-right-checksum',
  'garbage-right-checksum',
  'truncated-right-checksum',
  'missing',
];

/** Missing and broken artifacts, and guests that use up their time, stack or memory. */
export function* limits(): Generator<PvfCase> {
  yield pvfCase('artifact', lengthGuest(), {
    executions: ARTIFACTS.map((artifact) => execution(artifact, { artifact })),
  });
  yield pvfCase('endless', endlessGuest(), {
    executions: [0, 1, 100, 400].map((timeoutMs) => execution(`timeout-${timeoutMs}`, { timeoutMs })),
  });
  yield pvfCase('recursing', recursingGuest(), { executions: [execution('run')] });
  yield pvfCase('growing', growingGuest(), { executions: [execution('run')] });
  for (const kind of ['Prechecking', 'Compilation'] as const)
    for (const limit of [10n << 20n, 1n << 32n])
      yield pvfCase(`prep-memory/${limit}/${kind}`, largeGuest(), {
        kind,
        executorParams: [{ type: 'PrecheckingMaxMemory', value: limit }],
        executions: [execution('run')],
      });
  yield pvfCase('prep-timeout-0', lengthGuest(), { prepTimeoutMs: 0 });
}
