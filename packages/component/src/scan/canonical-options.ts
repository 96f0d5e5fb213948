import type { Reader } from '../binary/reader.ts';
import { ComponentError } from '../errors.ts';
import type { CanonicalOptions, CoreItem } from './component.ts';
import type { CoreKind } from './core-module.ts';

/** @throws ComponentError UNSUPPORTED for asynchronous calls */
export function readCanonicalOptions(
  part: Reader,
  core: Readonly<Record<CoreKind, readonly CoreItem[]>>,
): CanonicalOptions {
  const options: { -readonly [K in keyof CanonicalOptions]: CanonicalOptions[K] } = {
    strings: 'utf8',
    memory: undefined,
    realloc: undefined,
    postReturn: undefined,
  };
  const item = (kind: CoreKind): CoreItem => {
    const index = part.u32();
    return core[kind][index] ?? part.fail(`there is no core ${kind} ${index}`);
  };
  for (let left = part.count(); left > 0; left--) {
    const offset = part.offset;
    const option = part.byte();
    if (option === 0) options.strings = 'utf8';
    else if (option <= 2) options.strings = 'other';
    else if (option === 3) options.memory = item('memory');
    else if (option === 4) options.realloc = item('func');
    else if (option === 5) options.postReturn = item('func');
    else {
      const what = 'asynchronous call';
      throw new ComponentError('UNSUPPORTED', { offset, what }, `an ${what} at byte ${offset}`);
    }
  }
  return options;
}
