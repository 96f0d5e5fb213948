import {
  inspectModule,
  RewriteError,
  readInterface,
  rewriteModule,
} from '../../../packages/executor/src/wasm/index.ts';
import { modules } from './seeds.ts';
import { check, type FuzzTarget, refusable, sameBytes } from './target.ts';

const OPTIONS = { stackLogicalMax: 65_536 } as const;

/** The rewriter refuses or makes, of a valid module, two valid ones. */
export const target: FuzzTarget = {
  maxBytes: 16 * 1024,
  seeds: modules,
  run(input) {
    const code = input.slice();
    const reference = refusable(RewriteError, () => rewriteModule(code, { ...OPTIONS, target: 'reference' }));
    const engine = refusable(RewriteError, () => rewriteModule(code, { ...OPTIONS, target: 'engine' }));
    // The reference form is not validated: that is the next step's, in the reference as here.
    check(
      engine === undefined || reference !== undefined,
      'what is refused in one form is refused for the engine',
    );
    check(sameBytes(code, input), 'the input is not changed');
    refusable(RewriteError, () => inspectModule(code));
    if (reference === undefined || engine === undefined) return;
    // The reference's metering does not count imported globals: such modules come out broken, and fail to compile.
    if (readInterface(code).imports.some(({ kind }) => kind === 'global')) return;
    const valid = WebAssembly.validate(engine as BufferSource);
    check(valid || !WebAssembly.validate(reference as BufferSource), 'our lowering breaks no module');
    check(valid || !WebAssembly.validate(code), 'V8 takes what is made of a module that it takes');
  },
};
