import { ComponentError } from './errors.ts';
import type { Component, ComponentFunc } from './scan/component.ts';
import type { FuncType } from './scan/type-scope.ts';

/** The package of `wit/pvf-parachain.wit`. Another version is another contract. */
const PACKAGE = 'pvf:parachain';
const VERSION = '1.0.0';

const BYTES = 'list<u8>';
const HASH = `func(data: ${BYTES}) -> ${BYTES}`;
const VERIFY = `func(signature: ${BYTES}, message: ${BYTES}, public-key: ${BYTES}) -> bool`;
const RECOVER = `func(signature: ${BYTES}, message-hash: ${BYTES}) -> option<${BYTES}>`;

/** The functions that a validation function may import, by interface, with their types written out. */
export const HOST_INTERFACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  logging: {
    log: 'func(level: enum{error, warn, info, debug, trace}, target: string, message: string)',
  },
  hashing: {
    'blake2-b128': HASH,
    'blake2-b256': HASH,
    keccak256: HASH,
    keccak512: HASH,
    sha2256: HASH,
    twox64: HASH,
    twox128: HASH,
    twox256: HASH,
  },
  signatures: {
    'ed25519-verify': VERIFY,
    'sr25519-verify': VERIFY,
    'ecdsa-verify': VERIFY,
    'secp256k1-ecdsa-recover': RECOVER,
    'secp256k1-ecdsa-recover-compressed': RECOVER,
  },
};

export const ENTRY_POINT = 'validate-block';

const PARAMS = `record{parent-head: ${BYTES}, block-data: ${BYTES}, relay-parent-number: u32, relay-parent-storage-root: ${BYTES}}`;
const RESULT = `record{head-data: ${BYTES}, new-validation-code: option<${BYTES}>, upward-messages: list<${BYTES}>, horizontal-messages: list<record{recipient: u32, data: ${BYTES}}>, processed-downward-messages: u32, hrmp-watermark: u32}`;
export const ENTRY_TYPE = `func(params: ${PARAMS}) -> result<${RESULT}, string>`;

/** What becomes of an imported function: a host function by the adapter's name for it, or a trap with a label. */
export type ImportMeaning =
  | { readonly kind: 'host'; readonly export: string }
  | { readonly kind: 'trap'; readonly label: string };

/** @throws ComponentError WRONG_WORLD for something else under the name of one of ours */
export function meaningOf(func: ComponentFunc & { from: 'import' }): ImportMeaning {
  const { interface: from, name, type } = func;
  const label = from === undefined ? name : `${from}#${name}`;
  if (from === undefined || !from.startsWith(`${PACKAGE}/`)) return { kind: 'trap', label };
  const [path = '', version = ''] = from.slice(PACKAGE.length + 1).split('@');
  const expected = HOST_INTERFACES[path]?.[name];
  if (version !== VERSION || expected === undefined) {
    return wrongWorld(label, `an interface of ${PACKAGE}@${VERSION}`, 'unknown');
  }
  if (type.text !== expected) return wrongWorld(label, expected, type.text);
  return { kind: 'host', export: `${path}_${name.replaceAll('-', '_')}` };
}

/**
 * The function that validates blocks.
 * @throws ComponentError WRONG_WORLD if the component exports none, one of another type, or more than that
 */
export function entryPoint(component: Component): ComponentFunc & { from: 'lift' } {
  const entry = component.exports.get(ENTRY_POINT);
  if (entry === undefined) {
    return wrongWorld(
      ENTRY_POINT,
      ENTRY_TYPE,
      `exports ${[...component.exports.keys()].join(', ') || 'nothing'}`,
    );
  }
  if (entry.from !== 'lift') return wrongWorld(ENTRY_POINT, 'a function of the component', 'an import');
  if (entry.type.text !== ENTRY_TYPE) return wrongWorld(ENTRY_POINT, ENTRY_TYPE, entry.type.text);
  return entry;
}

function wrongWorld(item: string, expected: string, found: string): never {
  throw new ComponentError(
    'WRONG_WORLD',
    { item, expected, found },
    `${item}: ${found}, where world ${PACKAGE}/parachain@${VERSION} has ${expected}`,
    'build the component for the world of @pvf/component/wit/pvf-parachain.wit',
  );
}

/** Imported functions as people read them: `interface#function`. */
export function importLabels(component: Component): string[] {
  const labels: string[] = [];
  for (const [name, type] of component.imports) {
    if (type.kind === 'func') labels.push(name);
    else for (const [item, inner] of type.exports) if (isFunc(inner)) labels.push(`${name}#${item}`);
  }
  return labels;
}

function isFunc(type: { readonly kind: string }): type is FuncType {
  return type.kind === 'func';
}
