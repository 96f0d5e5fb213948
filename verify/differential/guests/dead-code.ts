import type { Random } from '../random.ts';
import { i32Const } from './encode.ts';

/** Valid in unreachable code only thanks to the polymorphic stack; some of it confuses the reference's metering. */
export function deadCode(random: Random): number[] {
  const code: number[] = [];
  for (let i = random.between(1, 3); i > 0; i--)
    code.push(
      ...random.pick<readonly number[]>([
        [...i32Const(1), 0x1a],
        [0x1a],
        [0x6a, 0x1a],
        [0x45, 0x1a],
        [0x1b, 0x1a],
        [0x02, 0x40, 0x00, 0x1a, 0x0b],
        [...i32Const(0), 0x04, 0x40, 0x00, 0x0b],
        [0x36, 2, 0],
        [0x0c, 0],
        [0x00],
        [0x03, 0x40, 0x01, 0x0b],
      ]),
    );
  return code;
}
