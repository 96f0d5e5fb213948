import {
  addressOf,
  type CompiledFilter,
  closeAllDescriptorsExcept,
  compileFilter,
  type ForkOptions,
  forkChild,
  initialise,
  installFilter,
  sharedMappings,
  unmapAll,
} from '@pvf/linux';
import { setUpNamespaces } from '../launcher/own-namespaces.ts';
import { kernelAbilities, namespaceAbilities } from '../policy/abilities.ts';
import { applyRestrictions } from '../policy/apply.ts';
import { type Plan, planPolicy } from '../policy/plan.ts';
import type { LayerOutcome, Policy } from '../policy/types.ts';

/** A policy made ready for many forks. */
export interface PreparedSandbox {
  /** What becomes of each layer in each fork. */
  readonly outcomes: readonly LayerOutcome[];
  /** What each fork does to itself. */
  readonly plan: Plan;
  /** Its filter of system calls; undefined where there is none to install. */
  readonly filter: CompiledFilter | undefined;
  /** The user and group that forks run as. */
  readonly ids: { readonly uid: number; readonly gid: number };
}

/** What a forked child runs, and what it keeps of its parent. */
export interface ForkSandboxedOptions extends Pick<ForkOptions, 'body' | 'onError'> {
  /** Descriptors that the child keeps. */
  readonly keep: readonly number[];
  /** Shared memory that the child keeps, e.g. of `createSharedPage`; the first byte of each mapping. */
  readonly keepShared?: readonly ArrayBuffer[];
}

/**
 * Plans a policy and compiles its filter, once. The process must be forkable (see `endSiblingThreads`). `limits` are
 * those that the kernel keeps per process; `wallMs` is the caller's to watch.
 * @throws SandboxError LAYER_UNAVAILABLE, INVALID_ARGUMENT
 */
export function prepareSandbox(
  policy: Policy,
  options: { readonly landlockAbi?: number } = {},
): PreparedSandbox {
  initialise();
  const abilities = { ...kernelAbilities(), ...namespaceAbilities(policy), otherThreads: false };
  const plan = planPolicy(policy, abilities, 'forked-process', options.landlockAbi);
  return {
    outcomes: plan.outcomes,
    plan,
    filter: plan.filter === undefined ? undefined : compileFilter(plan.filter),
    ids: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  };
}

/**
 * Forks this process; the child restricts itself as prepared, keeps only the descriptors and the shared memory that it
 * is given, and then runs `body`. What else was shared is not mapped there any more (libuv's io_uring, through which a
 * child could have its parent act, among it): buffers over it must not be touched. Watch and reap the child with
 * `pidfdOpen`, `poll` and `waitForChild`. Rarely a child lacks a page of V8's and dies of SIGSEGV before `body`; in a
 * program that has called `keepMemoryForkable` none does.
 * @returns the child's pid
 * @throws SandboxError SYSCALL_FAILED (`clone`; /proc cannot be read). What fails in the child goes to `onError` there
 */
export function forkSandboxed(sandbox: PreparedSandbox, options: ForkSandboxedOptions): number {
  const { plan, filter, ids } = sandbox;
  const kept = new Set((options.keepShared ?? []).map(addressOf));
  // Read anew for each fork: the program may have mapped more since the last one.
  const shared = sharedMappings().filter(({ address }) => !kept.has(address));
  return forkChild({
    ...options,
    namespaces: plan.namespaces,
    body: () => {
      unmapAll(shared);
      closeAllDescriptorsExcept(options.keep);
      const { ownProcessTable } = setUpNamespaces(plan, ids);
      applyRestrictions(plan, { supervised: false, ownProcessTable });
      if (filter !== undefined) installFilter(filter);
      return options.body();
    },
  });
}
