import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findToolchain } from '@pvf/component';
import { assemble } from '../../support/native.ts';

interface WasmTools {
  componentEmbed(options: { binary: Uint8Array; witSource: string; world: string }): Promise<Uint8Array>;
  componentNew(module: Uint8Array): Promise<Uint8Array>;
  parse(text: string): Promise<Uint8Array>;
}

export const WIT = readFileSync(new URL('../../../wit/pvf-parachain.wit', import.meta.url), 'utf8');
const path = join(findToolchain(), '@bytecodealliance/jco-transpile/dist/wasm-tools.js');
const tools = (await import(pathToFileURL(path).href)) as WasmTools;

/** Text of a guest in `guests/`. */
export function guestText(name: string): string {
  return readFileSync(new URL(`../guests/${name}.wat`, import.meta.url), 'utf8');
}

/** A core module in the text format, as a component of world pvf:parachain (or `wit` and `world`). */
export async function buildComponent(text: string, wit = WIT, world = 'parachain'): Promise<Uint8Array> {
  return componentOf(assemble(text), wit, world);
}

export async function componentOf(binary: Uint8Array, wit = WIT, world = 'parachain'): Promise<Uint8Array> {
  return tools.componentNew(await tools.componentEmbed({ binary, witSource: wit, world }));
}

/** A component in the text format. */
export function parseComponent(text: string): Promise<Uint8Array> {
  return tools.parse(text);
}
