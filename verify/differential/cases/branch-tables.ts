import { branchTableGuest, TABLE_ARGUMENTS, TABLE_PLACES } from '../guests/branch-table.ts';
import { execution, type PvfCase, pvfCase } from './types.ts';

/** Around the limits of V8 and the reference's code generator (65,520) and of its validation (131,072). */
const TARGETS = [3, 65_519, 65_520, 65_521, 65_522, 131_072, 131_073];
const VALUES = [0n, 0x7ff0_1230_7fa0_1230n];

/** Tables of branches around the limits, with every argument, in reachable and in dead code. */
export function* branchTables(): Generator<PvfCase> {
  for (const targets of TARGETS) {
    const edges = [0, targets, 2 ** 31, 2 ** 32];
    const indices = edges.flatMap((edge) => [edge - 1, edge, edge + 1].map((index) => index >>> 0));
    for (const argument of TABLE_ARGUMENTS)
      for (const place of TABLE_PLACES) {
        const executions = [...new Set(place === 'reached' ? indices : [targets])].flatMap((index) =>
          VALUES.map((value) => execution(`${index}-${value}`, { blockData: blockData(index, value) })),
        );
        yield pvfCase(
          `branch-table/${targets}/${argument}/${place}`,
          branchTableGuest(targets, argument, place),
          { executions },
        );
      }
  }
}

function blockData(index: number, value: bigint): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(12));
  bytes.setUint32(0, index, true);
  bytes.setBigUint64(4, value, true);
  return new Uint8Array(bytes.buffer);
}
