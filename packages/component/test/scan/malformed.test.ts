import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { describeComponent } from '../../src/describe.ts';
import { ComponentError } from '../../src/errors.ts';
import { scanComponent } from '../../src/scan/scan-component.ts';
import { smallComponent } from '../support/small-component.ts';

function scan(bytes: Uint8Array): void {
  try {
    scanComponent(bytes);
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
  }
}

it('any bytes behind a header are scanned or refused with a typed error', () => {
  const header = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (tail) =>
      scan(Uint8Array.of(...header, ...tail)),
    ),
    { ...PROPERTY, numRuns: 2_000 },
  );
});

it('a component with any byte changed, or cut anywhere, is scanned or refused with a typed error', () => {
  const valid = smallComponent();
  scanComponent(valid);
  for (let end = 0; end < valid.length; end++) scan(valid.subarray(0, end));
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.integer({ min: 1, max: 255 }), (position, change) => {
      const bytes = Uint8Array.from(valid);
      bytes[position]! ^= change;
      scan(bytes);
    }),
    { ...PROPERTY, numRuns: 3_000 },
  );
});

it('a component is described, whatever is wrong with it', () => {
  expect(describeComponent(smallComponent())).toMatchObject({
    isParachain: true,
    imports: ['pvf:parachain/hashing@1.0.0#keccak256', 'wasi:random/random@0.2.0#get-random-u64'],
    trapped: ['wasi:random/random@0.2.0#get-random-u64'],
    obstacle: undefined,
  });
  expect(describeComponent(smallComponent().subarray(0, 300))).toMatchObject({
    isParachain: false,
    obstacle: { code: 'MALFORMED' },
  });
});
