import { describe, expect, test } from 'vitest';
import { fatPointer, Guest } from './guest.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

function logged(loggingMaxLevel: number, act: (guest: Guest) => void): [number, string, string][] {
  const lines: [number, string, string][] = [];
  const guest = new Guest({
    loggingMaxLevel,
    onLog: (level, target, message) => lines.push([level, text(target), text(message)]),
  });
  act(guest);
  return lines;
}

const log = (guest: Guest, level: number, target = 'runtime', message = 'a line') =>
  guest.call(
    'ext_logging_log_version_1',
    level,
    guest.fat(Buffer.from(target)),
    guest.fat(Buffer.from(message)),
  );

describe('log lines', () => {
  test.each([
    [0, []],
    [1, [0]],
    [2, [0, 1]],
    [3, [0, 1, 2]],
    [4, [0, 1, 2, 3]],
    [5, [0, 1, 2, 3, 4]],
  ])('at a maximum level of %i', (maximum, levels) => {
    const lines = logged(maximum, (guest) => {
      for (let level = 0; level < 5; level++) log(guest, level);
    });
    expect(lines).toEqual(levels.map((level) => [level, 'runtime', 'a line']));
  });

  test('the level is a byte, and there are five', () => {
    expect(logged(5, (guest) => log(guest, 257))).toEqual([[1, 'runtime', 'a line']]);
    const guest = new Guest();
    expect(guest.trap('ext_logging_log_version_1', 5, 0n, 0n)).toBe('BAD_ENUM');
  });

  test('a target that is not UTF-8 traps, a message is dropped', () => {
    const guest = new Guest();
    const bad = guest.fat(Uint8Array.of(0xff));
    expect(guest.trap('ext_logging_log_version_1', 0, bad, 0n)).toBe('BAD_UTF8');
    const lines = logged(5, (other) => {
      other.call('ext_logging_log_version_1', 0, 0n, other.fat(Uint8Array.of(0xc0, 0x80)));
    });
    expect(lines).toEqual([]);
  });

  test('arguments are checked even if the line is filtered out', () => {
    const guest = new Guest({ loggingMaxLevel: 0 });
    expect(guest.trap('ext_logging_log_version_1', 4, 0n, fatPointer(0xffff_ffff, 1))).toBe('OUT_OF_BOUNDS');
  });
});

describe('UTF-8', () => {
  let lines = 0;
  const guest = new Guest({ onLog: () => lines++ });
  const accepts = (bytes: number[]) => {
    const before = lines;
    guest.call('ext_logging_log_version_1', 0, 0n, guest.fat(Uint8Array.from(bytes)));
    return lines > before;
  };

  test('agrees with the decoder of the platform', () => {
    const strict = new TextDecoder('utf-8', { fatal: true });
    const edges = [
      0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4,
      0xf5, 0xff,
    ];
    const check = (bytes: number[]) => {
      let valid = true;
      try {
        strict.decode(Uint8Array.from(bytes));
      } catch {
        valid = false;
      }
      expect(accepts(bytes), bytes.join()).toBe(valid);
    };
    for (const a of edges) {
      check([a]);
      for (const b of edges) {
        check([a, b]);
        if (a >= 0xe0) for (const c of edges) check([a, b, c, 0x80]);
      }
    }
  });
});

describe('printing', () => {
  test('goes to the target runtime at level debug', () => {
    const lines = logged(4, (guest) => {
      guest.call('ext_misc_print_num_version_1', -1n);
      guest.call('ext_misc_print_utf8_version_1', guest.fat(Buffer.from('héllo')));
      guest.call('ext_misc_print_utf8_version_1', guest.fat(Uint8Array.of(0xff)));
      guest.call('ext_misc_print_hex_version_1', guest.fat(Uint8Array.of(0xab, 0x01)));
    });
    expect(lines).toEqual([
      [3, 'runtime', '18446744073709551615'],
      [3, 'runtime', 'héllo'],
      [3, 'runtime', 'ab01'],
    ]);
  });

  test('nothing below that level, but arguments are checked', () => {
    expect(logged(3, (guest) => guest.call('ext_misc_print_num_version_1', 1n))).toEqual([]);
    expect(new Guest().trap('ext_misc_print_hex_version_1', fatPointer(0xffff_ffff, 1))).toBe(
      'OUT_OF_BOUNDS',
    );
    expect(new Guest().trap('ext_misc_print_utf8_version_1', fatPointer(0xffff_ffff, 1))).toBe(
      'OUT_OF_BOUNDS',
    );
  });
});
