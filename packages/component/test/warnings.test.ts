import { expect, it } from 'vitest';
import { warningsOf } from '../src/warnings.ts';
import { name } from './support/component-builder.ts';
import { smallComponent } from './support/small-component.ts';

function warnings(more: { producer?: string; compressedBytes?: number; trapped?: string[] }): string[] {
  const field = [...name('processed-by'), 1, ...name(more.producer ?? 'wit-component'), ...name('0.4.5')];
  const contents = [...name('producers'), 1, ...field];
  return warningsOf({
    component: Uint8Array.of(...smallComponent(), 0, contents.length, ...contents),
    module: new Uint8Array(),
    compressed: new Uint8Array(more.compressedBytes ?? 1_000),
    trapped: more.trapped ?? [],
  });
}

it('nothing is said about a component that is small and imports what there is', () => {
  expect(warnings({})).toEqual([]);
});

it('of code that is near the relay chain’s limit, or above it', () => {
  expect(warnings({ compressedBytes: 2_900_000 })).toEqual([]);
  expect(warnings({ compressedBytes: 2_900_001 })).toEqual([expect.stringMatching(/^large: 2900001 bytes/)]);
  expect(warnings({ compressedBytes: 3_145_728 })).toEqual([expect.stringMatching(/^large/)]);
  expect(warnings({ compressedBytes: 3_145_729 })).toEqual([expect.stringMatching(/^too large/)]);
});

it('of imports that trap', () => {
  expect(warnings({ trapped: ['wasi:clocks/wall-clock@0.2.0#now'] })).toEqual([
    expect.stringContaining('wasi:clocks/wall-clock@0.2.0#now'),
  ]);
});

it('of the JavaScript engine that cuts large numbers', () => {
  expect(warnings({ producer: 'componentize-qjs' })).toEqual([expect.stringContaining('2147483647')]);
});
