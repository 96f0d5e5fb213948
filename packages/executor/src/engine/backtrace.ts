import { MAX_GUEST_FRAMES } from '@pvf/protocol';

/** A call that had not returned when the guest trapped. */
export type TrapFrame =
  /** Index in the function index space of the module as given; its name if the module tells one. */
  | { readonly type: 'function'; readonly index: number; readonly name: string | undefined }
  | { readonly type: 'host-function'; readonly name: string };

/** Frames above the guest's that belong to a host function: a few calls between two of our modules. */
const HELPER_FRAMES = 16;

/** `at name (wasm://wasm/<hash>:wasm-function[12]:0x34)` or without name and parentheses, as V8 writes it. */
const FRAME = /^ {4}at (?:(.*) \()?(wasm:\/\/wasm\/[^\s()]*):wasm-function\[(\d+)\]:0x[0-9a-f]+\)?$/;

/** Has V8 note as many calls as a backtrace may show. To be called before the guest runs; costs nothing until it traps. */
export function noteBacktraces(): void {
  Error.stackTraceLimit = MAX_GUEST_FRAMES + HELPER_FRAMES;
}

/**
 * The guest's calls at a trap, the innermost first. The rewriting has kept the indexes of the module's functions; its
 * own come behind them and are left out.
 *
 * @param functions of the module as given; undefined: not known
 * @param hostFunctionAt names a host function by its index in our module; undefined for others there
 */
export function backtraceOf(
  error: unknown,
  functions: number | undefined,
  hostFunctionAt: (index: number) => string | undefined,
): TrapFrame[] {
  const stack = error instanceof Error ? error.stack : undefined;
  const frames = (stack ?? '').split('\n').flatMap((line) => {
    const [, name, url, index] = FRAME.exec(line) ?? [];
    return url === undefined ? [] : [{ name, url, index: Number(index) }];
  });
  // Host functions call nothing of the guest: what is outermost is the guest's.
  const guestUrl = frames.at(-1)?.url;
  const found: TrapFrame[] = [];
  for (const { name, url, index } of frames) {
    if (url !== guestUrl) {
      const hostFunction = hostFunctionAt(index);
      if (hostFunction !== undefined) found.push({ type: 'host-function', name: hostFunction });
    } else if (functions === undefined || index < functions) {
      found.push({ type: 'function', index, name });
    }
  }
  return found.slice(0, MAX_GUEST_FRAMES);
}
