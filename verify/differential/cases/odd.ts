import type { ExecutorParams } from '@pvf/protocol';
import { oddGuest } from '../guests/odd-guest.ts';
import type { Random } from '../random.ts';
import { randomExecution } from './generated.ts';
import { type PvfCase, pvfCase } from './types.ts';

const ODD_GUESTS = 900;

/** Small PVFs with odd structure, half of them under odd executor params. */
export function* oddGuests(random: Random): Generator<PvfCase> {
  for (let i = 0; i < ODD_GUESTS; i++) {
    const stream = random.fork(i);
    const code = oddGuest(stream);
    const executions = [0, 1].map((run) => randomExecution(stream.fork(run), `run-${run}`));
    yield pvfCase(`odd/${i}`, code, {
      executorParams: stream.chance(0.5) ? [] : oddParams(stream),
      kind: stream.pick(['Prechecking', 'Compilation']),
      executions,
    });
  }
}

/** Up to three params, of which the last of a kind wins; also such as no host would allow. */
function oddParams(random: Random): ExecutorParams {
  return Array.from({ length: random.below(4) }, () => {
    const any: ExecutorParams[number][] = [
      { type: 'MaxMemoryPages', value: random.pick([0, 1, 2, 30, 2048, 65_504, 65_536, 0xffff_ffff]) },
      { type: 'StackLogicalMax', value: random.pick([8, 20, 100, 1024, 50_000, 131_072, 0xffff_ffff]) },
      { type: 'StackNativeMax', value: random.pick([1 << 20, 16 << 20, 256 << 20, 512 << 20]) },
      { type: 'WasmExtBulkMemory' },
      { type: 'EnabledHostFunction', value: 'EccRfc163' },
      { type: 'PvfPrepTimeout', kind: 'Precheck', value: BigInt(random.below(3)) },
      { type: 'PvfExecTimeout', kind: 'Approval', value: BigInt(random.below(3)) },
    ];
    return random.pick(any);
  });
}
