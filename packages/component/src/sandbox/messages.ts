import type { ComponentErrorCode } from '../errors.ts';

/** What the sandboxed program (../sandboxed/main.ts) gets. */
export interface Job {
  readonly toolchain: string;
  readonly adapter: string;
  readonly memoryPages: number;
}

/** What it says. Untrusted until parsed: the tools that it runs have read the component. */
export type Answer =
  | { readonly ok: true; readonly trapped: readonly string[] }
  | {
      readonly ok: false;
      readonly code: ComponentErrorCode;
      readonly meta: object;
      readonly message: string;
      readonly remedy: string | undefined;
    };
