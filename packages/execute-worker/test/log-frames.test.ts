import { MAX_GUEST_LINES, MAX_GUEST_MESSAGE_BYTES, UnreadGuestLog } from '@pvf/protocol';
import { describe, expect, it } from 'vitest';
import { readReport } from '../src/job-report.ts';
import { encodeLogFrame, splitOutput } from '../src/log-frames.ts';

const utf8 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const line = (message: string, level = 0) => ({ level, target: utf8('t'), message: utf8(message) });
const frame = (message: string): Uint8Array => encodeLogFrame({ type: 'Line', line: line(message) });
const messages = (output: Uint8Array): string[] =>
  splitOutput(output).logs.map(({ message }) => Buffer.from(message).toString());
const HEADER = 8;

/** A frame of lines with any bytes in it. */
function rawFrame(payload: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(HEADER + payload.length);
  bytes.writeBigUInt64LE((1n << 63n) | BigInt(payload.length));
  bytes.set(payload, HEADER);
  return Uint8Array.from(bytes);
}

describe('lines before an answer', () => {
  it('are told apart from it', () => {
    const output = Buffer.concat([
      frame('one'),
      encodeLogFrame({ type: 'LeftOut', count: 3 }),
      frame('two'),
      Buffer.from('the answer'),
    ]);
    expect(messages(output)).toEqual(['one', 'two']);
    const split = splitOutput(output);
    expect(Buffer.from(split.rest).toString()).toBe('the answer');
    expect(split).toMatchObject({ leftOut: 3, fault: undefined });
  });

  it('that are cut off anywhere are a fault, and those before them are good', () => {
    const [first, second] = [frame('one'), frame('two')];
    for (let cut = HEADER; cut < second.length; cut++) {
      const split = splitOutput(Buffer.concat([first, second.subarray(0, cut)]));
      expect(split.fault, `${cut}`).toBeDefined();
      expect(split.logs.length).toBe(1);
    }
  });

  it.each<[string, Uint8Array]>([
    ['nothing in it', rawFrame(new Uint8Array())],
    ['an unknown variant', rawFrame(Uint8Array.of(9))],
    ['bytes behind it', rawFrame(Uint8Array.of(1, 1, 0, 0, 0, 0))],
    ['a level that there is not', encodeLogFrame({ type: 'Line', line: line('x', 5) })],
    [
      'a text that is not UTF-8',
      encodeLogFrame({ type: 'Line', line: { ...line('x'), message: Uint8Array.of(0xff) } }),
    ],
    [
      'a text that is too long',
      rawFrame(
        Uint8Array.of(0, 0, 4, 0x74, ...[2, 0, 0x20, 0], ...new Uint8Array(MAX_GUEST_MESSAGE_BYTES + 1)),
      ),
    ],
    ['an absurd length', Uint8Array.of(...new Uint8Array(7).fill(0xff), 0xff)],
  ])('one with %s is a fault', (_, bytes) => {
    expect(splitOutput(bytes)).toMatchObject({ logs: [], fault: expect.any(String) });
  });

  it('of which there are too many are a fault', () => {
    const many = (count: number): Uint8Array =>
      Buffer.concat(Array.from({ length: count }, () => frame('x')));
    expect(splitOutput(many(MAX_GUEST_LINES)).fault).toBe(undefined);
    expect(splitOutput(many(MAX_GUEST_LINES + 1)).fault).toBeDefined();
    const counts = Buffer.concat(
      Array.from({ length: MAX_GUEST_LINES + 2 }, () => encodeLogFrame({ type: 'LeftOut', count: 1 })),
    );
    expect(splitOutput(counts).fault).toBeDefined();
  });

  it('make a job one that has died if they are none, and its last ones are told', () => {
    const end = { type: 'exited', status: 0 } as const;
    const output = Buffer.concat([frame('said'), rawFrame(Uint8Array.of(9))]);
    const { result, detail } = readReport({ pid: 1, end, cpuTimeNs: 5, maxRssBytes: 6, output });
    expect(result).toMatchObject({ ok: false, error: { type: 'JobDied' } });
    expect(detail).toMatchObject({ cpuTimeNs: 5n, maxRssBytes: 6n, job: undefined });
    expect(detail.logs.map(({ message }) => Buffer.from(message).toString())).toEqual(['said']);
  });

  it('are told of a job that was killed', () => {
    const report = { pid: 1, end: { type: 'cpu-limit' }, cpuTimeNs: 5, maxRssBytes: 6 } as const;
    const { result, detail } = readReport({
      ...report,
      output: Buffer.concat([frame('a'), frame('b').subarray(0, 9)]),
    });
    expect(result).toMatchObject({ error: { type: 'JobTimedOut' } });
    expect(detail.logs.length).toBe(1);
  });

  it('are decoded as they were encoded', () => {
    expect(UnreadGuestLog.decodeExact(frame('x').subarray(HEADER))).toEqual({
      type: 'Line',
      line: line('x'),
    });
  });
});
