import { invalidArgument } from '../error.ts';
import {
  type BpfAssembler,
  dataArgHigh,
  dataArgLow,
  JMP_JEQ_K,
  JMP_JGE_K,
  JMP_JGT_K,
  JMP_JSET_K,
  type Label,
} from './bpf.ts';

/**
 * A test of one argument (unsigned). `any-bits` holds when at least one bit of `value` is set in the
 * argument, `no-bits` when none is, `masked-eq` when `argument & mask` equals `value`.
 */
export interface ArgumentCondition {
  /** 0..5. */
  readonly index: number;
  readonly op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'any-bits' | 'no-bits' | 'masked-eq';
  readonly value: number | bigint;
  readonly mask?: number | bigint;
  /**
   * 32 looks at the low half only. Use it in deny rules on arguments that the kernel takes as int: it ignores
   * the high half, so a 64-bit comparison could be dodged. 64 by default.
   */
  readonly width?: 32 | 64;
}

const MAX_ARGUMENT = 5;
const U64 = 0xffff_ffff_ffff_ffffn;

function halves(value: number | bigint, what: string): { low: number; high: number } {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    invalidArgument(what, value, 'a whole number or bigint');
  const wide = BigInt.asUintN(64, BigInt(value));
  return { low: Number(wide & 0xffff_ffffn), high: Number(wide >> 32n) };
}

/** Emits a test that goes on with the next instruction when it holds and to `otherwise` when it does not. */
export function emitCondition(assembler: BpfAssembler, condition: ArgumentCondition, otherwise: Label): void {
  const { index, op } = condition;
  if (!Number.isInteger(index) || index < 0 || index > MAX_ARGUMENT)
    invalidArgument('index', index, 'an argument has index 0 to 5');
  const { low, high } = halves(condition.value, 'value');
  const wide = condition.width !== 32;
  const done = assembler.label('condition holds');
  const loadLow = (): void => assembler.load(dataArgLow(index));
  const loadHigh = (): void => assembler.load(dataArgHigh(index));

  switch (op) {
    case 'eq':
    case 'masked-eq': {
      const mask =
        op === 'eq' ? { low: 0xffff_ffff, high: 0xffff_ffff } : halves(condition.mask ?? U64, 'mask');
      if (wide) {
        loadHigh();
        if (mask.high !== 0xffff_ffff) assembler.and(mask.high);
        assembler.jump(JMP_JEQ_K, high, undefined, otherwise);
      }
      loadLow();
      if (mask.low !== 0xffff_ffff) assembler.and(mask.low);
      assembler.jump(JMP_JEQ_K, low, undefined, otherwise);
      break;
    }
    case 'ne':
      if (wide) {
        loadHigh();
        assembler.jump(JMP_JEQ_K, high, undefined, done);
      }
      loadLow();
      assembler.jump(JMP_JEQ_K, low, otherwise, undefined);
      break;
    case 'any-bits':
      if (wide && high !== 0) {
        loadHigh();
        assembler.jump(JMP_JSET_K, high, done, undefined);
      }
      loadLow();
      assembler.jump(JMP_JSET_K, low, undefined, otherwise);
      break;
    case 'no-bits':
      if (wide && high !== 0) {
        loadHigh();
        assembler.jump(JMP_JSET_K, high, otherwise, undefined);
      }
      loadLow();
      assembler.jump(JMP_JSET_K, low, otherwise, undefined);
      break;
    case 'gt':
    case 'ge':
      if (wide) {
        loadHigh();
        assembler.jump(JMP_JGT_K, high, done, undefined);
        assembler.jump(JMP_JEQ_K, high, undefined, otherwise);
      }
      loadLow();
      assembler.jump(op === 'gt' ? JMP_JGT_K : JMP_JGE_K, low, undefined, otherwise);
      break;
    case 'lt':
    case 'le':
      if (wide) {
        loadHigh();
        assembler.jump(JMP_JGT_K, high, otherwise, undefined);
        assembler.jump(JMP_JEQ_K, high, undefined, done);
      }
      loadLow();
      assembler.jump(op === 'lt' ? JMP_JGE_K : JMP_JGT_K, low, otherwise, undefined);
      break;
    default:
      op satisfies never;
      invalidArgument('op', op, 'not an operator');
  }
  assembler.place(done);
}
