import { array, assert, asyncProperty, constantFrom, property, tuple, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { partsOf } from '../src/http/multipart.ts';
import { ProblemError } from '../src/problem.ts';

const NAMES = ['request', 'blockData', 'exportedPov', 'ä"b'];

test('parts come out as they were put in by a browser’s FormData', async () => {
  const content = uint8Array({ maxLength: 300 });
  await assert(
    asyncProperty(array(tuple(constantFrom(...NAMES), content), { maxLength: 4 }), async (entries) => {
      const parts = new Map(entries.map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
      if (parts.size === 0) return;
      const form = new FormData();
      for (const [name, bytes] of parts) form.append(name, new Blob([bytes]));
      const response = new Response(form);
      const type = response.headers.get('content-type') ?? '';
      const found = partsOf(await response.bytes(), type);
      // FormData writes quotes in names as %22 (WHATWG HTML, multipart/form-data encoding).
      expect([...found].map(([name, bytes]) => [name.replaceAll('%22', '"'), [...bytes]])).toEqual(
        [...parts].map(([name, bytes]) => [name, [...bytes]]),
      );
    }),
    { numRuns: 200 },
  );
});

test('a body that is cut off anywhere, or is anything else, is refused', () => {
  const whole = Buffer.from(
    '--b\r\ncontent-disposition: form-data; name="request"\r\n\r\n{}\r\n--b\r\ncontent-disposition: form-data; name=blockData\r\n\r\nxyz\r\n--b--\r\n',
  );
  const type = 'multipart/form-data; boundary=b';
  expect([...partsOf(whole, type).keys()]).toEqual(['request', 'blockData']);
  for (let end = 0; end < whole.length - 2; end++)
    expect(() => partsOf(whole.subarray(0, end), type), `${end}`).toThrow(ProblemError);
  assert(
    property(uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => partsOf(Uint8Array.from([...bytes]), 'multipart/form-data; boundary=bbb')).toThrow(
        ProblemError,
      );
    }),
  );
});

test.each([
  ['no boundary', '--b--', 'multipart/form-data'],
  [
    'a name twice',
    '--b\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\n--b\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\n--b--',
    'multipart/form-data; boundary=b',
  ],
  ['no name', '--b\r\ncontent-disposition: form-data\r\n\r\n\r\n--b--', 'multipart/form-data; boundary=b'],
  [
    'headers without end',
    `--b\r\n${'a: b\r\n'.repeat(2_000)}\r\n\r\n\r\n--b--`,
    'multipart/form-data; boundary=b',
  ],
  [
    'many parts',
    `${Array.from({ length: 20 }, (_, i) => `--b\r\ncontent-disposition: form-data; name=a${i}\r\n\r\n\r\n`).join('')}--b--`,
    'multipart/form-data; boundary=b',
  ],
])('%s is refused', (_what, body, type) => {
  expect(() => partsOf(Buffer.from(body), type)).toThrow(ProblemError);
});
