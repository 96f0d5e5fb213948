import { arch, availableParallelism, cpus, release, type } from 'node:os';
import type { Machine } from '../records/index.ts';

/** @param engine what executes PVFs: the workers' Node, and their version */
export function thisMachine(engine: string): Machine {
  const cut = (text: string) => text.trim().slice(0, 200);
  return {
    engine: cut(engine),
    cpu: cut(cpus()[0]?.model ?? 'unknown'),
    cores: availableParallelism(),
    kernel: cut(`${type()} ${release()}`),
    arch: arch(),
  };
}
