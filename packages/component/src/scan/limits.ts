import { ComponentError } from '../errors.ts';

/**
 * What the scan lets through. Components of componentize-js, wit-component and their like stay an order of magnitude
 * below; what grows beyond is refused before any other tool sees it, because such tools take time and memory by the
 * power of what they read (docs/upstream.md).
 */
export const LIMITS = {
  'bytes of a component': 64 * 1024 * 1024,
  'sections of a component': 10_000,
  'bytes of a name': 1_000,
  'core modules': 16,
  'core instances': 200,
  'items of a component': 20_000,
  types: 5_000,
  /** How deep a type may contain types. */
  'depth of a type': 32,
  /** A type written out without names. */
  'size of a type': 5_000,
  'functions of a core module': 200_000,
  'types of a core module': 20_000,
  'imports of a core module': 5_000,
  'exports of a core module': 20_000,
  'globals of a core module': 100_000,
  'segments of a core module': 100_000,
  'entries of a table': 1_000_000,
  'parameters of a function': 1_000,
  /** Of one function, as the relay chain counts them. */
  'locals of a function': 50_000,
  /** Three bytes can declare 50,000: tools keep a word for each. */
  'locals of a core module': 8_000_000,
} as const;

export type Limit = keyof typeof LIMITS;

/** @throws ComponentError LIMIT */
export function checkLimit(limit: Limit, found: number): number {
  const allowed = LIMITS[limit];
  if (found > allowed) {
    throw new ComponentError('LIMIT', { limit, allowed, found }, `${limit}: ${found}, more than ${allowed}`);
  }
  return found;
}
