/**
 * @pvf/linux: what the kernel offers to confine a process, as synchronous calls through FFI, one word of the kernel's at
 * a time. It decides nothing: which of it makes a sandbox is `@pvf/sandbox-linux`'s to say, or the caller's.
 */
export * from './clock/index.ts';
export * from './error.ts';
export * from './executable-memory/index.ts';
export * from './fork/index.ts';
export * from './identity/index.ts';
export * from './io/index.ts';
export * from './landlock/index.ts';
export * from './limits/index.ts';
export * from './mounts/index.ts';
export * from './seccomp/index.ts';
export * from './supervise/index.ts';
export * from './sys/index.ts';
