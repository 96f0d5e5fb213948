import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ComponentError } from '../errors.ts';
import type { Component } from '../scan/component.ts';

interface Transpiler {
  transpileBytes(
    component: Uint8Array,
    options: Readonly<Record<string, unknown>>,
  ): Promise<{ files: Readonly<Record<string, Uint8Array>> | readonly [string, Uint8Array][] }>;
}

/**
 * Has jco validate the whole component, types included, and split it; the core modules must be the ones that our own
 * scan found, byte for byte. The JavaScript that jco generates beside them is dropped unread: how the modules are wired
 * stands in the component itself.
 * @throws ComponentError INVALID
 */
export async function splitWithJco(
  bytes: Uint8Array,
  component: Component,
  toolchain: string,
): Promise<void> {
  const path = join(toolchain, '@bytecodealliance/jco-transpile/dist/index.js');
  const { transpileBytes } = (await import(pathToFileURL(path).href)) as Transpiler;
  let files: [string, Uint8Array][];
  try {
    const result = await transpileBytes(bytes, {
      name: 'component',
      instantiation: { tag: 'sync' },
      emitTypescriptDeclarations: false,
      wasiShim: false,
      tlaCompat: false,
    });
    files = Array.isArray(result.files) ? result.files : Object.entries(result.files);
  } catch (error) {
    throw new ComponentError(
      'INVALID',
      { tool: 'jco', message: errorText(error) },
      `the component is not valid: ${errorText(error)}`,
    );
  }
  const found = files.filter(([name]) => name.endsWith('.wasm')).map(([, module]) => module);
  const left = component.modules.map((module) => module.bytes);
  for (const module of found) {
    const position = left.findIndex((candidate) => Buffer.compare(candidate, module) === 0);
    if (position === -1) disagree('jco found a core module that the scan did not');
    left.splice(position, 1);
  }
  const used = new Set(component.instances.flatMap((each) => (each.from === 'module' ? [each.module] : [])));
  if (left.some((module) => used.has(component.modules.findIndex(({ bytes: own }) => own === module)))) {
    disagree('jco did not find a core module that the scan did');
  }
}

function disagree(message: string): never {
  throw new ComponentError(
    'INVALID',
    { tool: 'jco', message },
    `the component is read in two ways: ${message}`,
  );
}

/** In one line, without the tool's own backtrace. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [message = ''] = text.split(/stack backtrace/i);
  return message.replace(/\s+/g, ' ').trim().slice(0, 500);
}
