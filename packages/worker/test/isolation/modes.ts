/** How a job is made: by the code of the workers as it is, or from single layers. */
export type Maker = 'job' | 'unlocked-job' | 'template-job' | 'template' | 'parts';

/** One way in which all attempts are run. */
export interface Mode {
  readonly name: string;
  readonly maker: Maker;
  /** What the worker is told that it can use (`seccomp`: the system-call filter). */
  readonly landlock: boolean;
  readonly seccomp: boolean;
  readonly namespaces: boolean;
  /** With `parts`: whether resource limits are set, and privileges dropped. */
  readonly limits: boolean;
  readonly privileges: boolean;
  /** As if the kernel knew only this Landlock ABI; with `parts`. */
  readonly landlockAbi?: number;
}

const full = { landlock: true, seccomp: true, namespaces: true, limits: true, privileges: true };
const nothing = { landlock: false, seccomp: false, namespaces: false, limits: false, privileges: false };

/** In these everything must be stopped by the filter, whichever other layer this machine lacks. */
export const FILTERED_MODES: readonly Mode[] = [
  { name: 'all layers', maker: 'job', ...full },
  { name: 'all layers, before the code is locked', maker: 'unlocked-job', ...full },
  { name: 'all layers, forked from a template', maker: 'template-job', ...full },
  { name: 'all layers, in the template itself', maker: 'template', ...full },
  { name: 'no user namespaces', maker: 'job', ...full, namespaces: false },
  { name: 'no user namespaces, forked from a template', maker: 'template-job', ...full, namespaces: false },
  { name: 'no user namespaces, in the template itself', maker: 'template', ...full, namespaces: false },
  { name: 'the filter alone', maker: 'parts', ...nothing, seccomp: true },
];

/** The workers as they are where the kernel has no filters; then there are no templates. */
export const UNFILTERED_MODES: readonly Mode[] = [
  { name: 'no filter', maker: 'job', ...full, seccomp: false },
  { name: 'no filter, no Landlock', maker: 'job', ...full, seccomp: false, landlock: false },
];

/** One layer each, to see what it stops without the others. */
export const SINGLE_MODES = {
  namespaces: { name: 'namespaces alone', maker: 'parts', ...nothing, namespaces: true, privileges: true },
  landlock: { name: 'Landlock alone', maker: 'parts', ...nothing, landlock: true },
  landlock1: { name: 'Landlock ABI 1 alone', maker: 'parts', ...nothing, landlock: true, landlockAbi: 1 },
  landlock4: { name: 'Landlock ABI 4 alone', maker: 'parts', ...nothing, landlock: true, landlockAbi: 4 },
  limits: { name: 'limits alone', maker: 'parts', ...nothing, limits: true },
  privileges: { name: 'privileges alone', maker: 'parts', ...nothing, privileges: true },
} as const satisfies Record<string, Mode>;
/** A layer, or Landlock as an older kernel has it. */
export type SingleLayer = keyof typeof SINGLE_MODES;

/** No layer at all: what shows that an attempt would work. */
export const CONTROL: Mode = { name: 'no layer', maker: 'parts', ...nothing };

export const ALL_MODES: readonly Mode[] = [
  ...FILTERED_MODES,
  ...UNFILTERED_MODES,
  ...Object.values(SINGLE_MODES),
  CONTROL,
];
