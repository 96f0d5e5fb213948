import { ComponentError, flatten } from '@pvf/component';
import { describe, expect, it } from 'vitest';
import { smallComponent } from '../support/small-component.ts';
import { buildComponent, guestText, parseComponent } from './support/build.ts';

async function refusal(component: Uint8Array, options = {}): Promise<ComponentError> {
  try {
    await flatten(component, options);
  } catch (error) {
    if (error instanceof ComponentError) return error;
    throw error;
  }
  throw new Error('it was flattened');
}

/** A component whose only module exports a function of that name. */
function exporting(name: string): Promise<Uint8Array> {
  return parseComponent(`(component
    (core module $m (func (export ${JSON.stringify(name)}) (result i32) (i32.const 1)))
    (core instance $i (instantiate $m))
    (func (export "run") (result u32) (canon lift (core func $i ${JSON.stringify(name)}))))`);
}

describe('flatten refuses with typed errors', () => {
  it('a name that would inject code into jco’s glue', async () => {
    const component = await exporting("x'];globalThis.injected=true;//");
    expect((await refusal(component)).code).toBe('BAD_NAME');
    expect((globalThis as { injected?: boolean }).injected).toBeUndefined();
  });

  it('sixteen-fold nesting of components, before jco writes any of it out', async () => {
    // Each level instantiates the one inside it sixteen times: 16 to the 6th modules if it is written out.
    let text = '(component $c (core module $m) (core instance (instantiate $m)))';
    for (let level = 1; level <= 6; level++) {
      text = `(component $c ${text} ${'(instance (instantiate $c))'.repeat(16)})`;
    }
    const nested = await parseComponent(text);
    expect(nested.length).toBeLessThan(2_000);
    expect(await refusal(nested)).toMatchObject({ code: 'UNSUPPORTED', meta: { what: 'nested component' } });
  });

  it('another world', async () => {
    expect((await refusal(await exporting('run'))).code).toBe('WRONG_WORLD');
  });

  it('the right names with other types', async () => {
    const wit = `package pvf:parachain@1.0.0; world parachain { export validate-block: func(head: list<u8>) -> u32; }`;
    const guest = `(module (memory (export "memory") 1)
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
      (func (export "validate-block") (param i32 i32) (result i32) (i32.const 0)))`;
    expect(await refusal(await buildComponent(guest, wit))).toMatchObject({
      code: 'WRONG_WORLD',
      meta: { item: 'validate-block' },
    });
  });

  it('code for which there is no exact equivalent', async () => {
    const guest = guestText('edges').replace(
      '(local.set $op',
      '(drop (i32x4.splat (i32.const 1))) (local.set $op',
    );
    const error = await refusal(await buildComponent(guest));
    expect(error).toMatchObject({ code: 'NOT_LOWERABLE', meta: { what: 'SIMD' } });
  });

  it('a component that the scan takes and jco finds invalid', async () => {
    // `$head` gives no result: its last instruction is overwritten by `nop`.
    const bytes = await buildComponent(guestText('edges'));
    const body = Buffer.from([0x41, 0x80, 0x08, 0x0b]);
    const at = Buffer.from(bytes).indexOf(body);
    bytes.set([0x01, 0x01, 0x01, 0x0b], at);
    expect(await refusal(bytes)).toMatchObject({
      code: 'INVALID',
      meta: { tool: 'jco', message: expect.stringContaining('type mismatch') },
    });
  });

  it('more memory than there is', async () => {
    const guest = guestText('edges').replace('3 100', '1600 2000');
    expect(await refusal(await buildComponent(guest))).toMatchObject({
      code: 'TOO_MUCH_MEMORY',
      meta: { pages: 1_600, allowed: 1_533 },
    });
  });

  it('a toolchain that is not there', async () => {
    expect((await refusal(smallComponent(), { toolchain: '/nowhere' })).code).toBe('TOOLCHAIN');
  });
});
