/** Layout of a guest's state in the helper's memory; the other side is assembly/shim/state.ts. */
export const STATE = {
  allocated: 20,
  peak: 24,
  span: 28,
  sum: 32,
  reason: 44,
  size: 192,
} as const;
