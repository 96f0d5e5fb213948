/** What a {@link ComponentError} carries by its code. Offsets are bytes from the start of the component. */
export interface ComponentErrorMeta {
  /** The bytes are no component: a core module, or something else. */
  NOT_A_COMPONENT: { found: 'module' | 'other'; bytes: number };
  /** The bytes break the binary format. */
  MALFORMED: { offset: number; what: string };
  /** Above a limit of the scan, which real components stay far below. */
  LIMIT: { limit: string; allowed: number; found: number };
  /** A name with characters that no tool should be trusted with. */
  BAD_NAME: { offset: number; name: string };
  /** A part of the component model that a validation function has no use for. */
  UNSUPPORTED: { offset: number; what: string };
  /** It is no component of world pvf:parachain. */
  WRONG_WORLD: { item: string; expected: string; found: string };
  /** The tools that the component passes through say that it is invalid. */
  INVALID: { tool: string; message: string };
  /** Code that cannot be expressed in what the relay chain accepts. */
  NOT_LOWERABLE: { what: string };
  /** The component wants more memory than it can have. */
  TOO_MUCH_MEMORY: { pages: number; allowed: number };
  /** The toolchain is not installed, or not in the versions that determine the output. */
  TOOLCHAIN: { tool: string; expected: string; found: string | undefined };
  /** The sandboxed process was stopped by one of its limits, or broke. */
  SANDBOX: { reason: string };
  /** A directory for a new project holds something already. */
  NOT_EMPTY: { path: string };
}

/** Of {@link ComponentError}. */
export type ComponentErrorCode = keyof ComponentErrorMeta;

/** Any failure of this package that is not a defect of its own: cause, typed metadata, and what to do about it. */
export class ComponentError<C extends ComponentErrorCode = ComponentErrorCode> extends Error {
  override readonly name = 'ComponentError';
  readonly code: C;
  readonly meta: ComponentErrorMeta[C];
  readonly remedy: string | undefined;

  constructor(code: C, meta: ComponentErrorMeta[C], message: string, remedy?: string) {
    super(message);
    this.code = code;
    this.meta = meta;
    this.remedy = remedy;
  }
}
