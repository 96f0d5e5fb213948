import type { ExecutorParams } from '@pvf/protocol';
import { ECC_IMPORTS } from '../guests/host-imports.ts';
import { randomGuest } from '../guests/random-guest.ts';
import { MUTATIONS, mutate } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type Execution, execution, type PvfCase, pvfCase } from './types.ts';

const GUESTS = 220;
const GUESTS_WITH_PARAMS = 24;
const MUTATED_GUESTS = 500;

/** Sets of executor params that change what a guest may do. The last of a kind wins. */
const PARAMS: Readonly<Record<string, ExecutorParams>> = {
  'pages-1': [{ type: 'MaxMemoryPages', value: 1 }],
  'pages-8': [{ type: 'MaxMemoryPages', value: 8 }],
  'pages-65536': [{ type: 'MaxMemoryPages', value: 65_536 }],
  'pages-last-wins': [
    { type: 'MaxMemoryPages', value: 1 },
    { type: 'MaxMemoryPages', value: 4000 },
  ],
  'stack-1024': [{ type: 'StackLogicalMax', value: 1024 }],
  'stack-131072': [{ type: 'StackLogicalMax', value: 131_072 }],
  'bulk-memory': [{ type: 'WasmExtBulkMemory' }],
  'timeouts-and-precheck-memory': [
    { type: 'PrecheckingMaxMemory', value: 1n << 32n },
    { type: 'PvfPrepTimeout', kind: 'Precheck', value: 1n },
    { type: 'PvfExecTimeout', kind: 'Backing', value: 1n },
  ],
};

export function randomExecution(random: Random, id: string): Execution {
  return execution(id, {
    parentHead: random.bytes(random.pick([0, 1, 32, 100])),
    blockData: random.bytes(random.pick([0, 1, 31, 500, 3000])),
    relayParentNumber: random.u32(),
    relayParentStorageRoot: random.bytes(32),
    relayParent: random.bytes(32),
    schedulingParent: random.bytes(32),
    descriptorVersion: random.pick([
      { type: 'V1' },
      { type: 'V2' },
      { type: 'V3' },
      { type: 'Unknown', value: random.below(256) },
    ]),
  });
}

function executions(random: Random, count: number): Execution[] {
  return Array.from({ length: count }, (_, index) => randomExecution(random, `run-${index}`));
}

/** Random guests: a preparation and four candidates each. */
export function* generatedGuests(random: Random): Generator<PvfCase> {
  for (let i = 0; i < GUESTS; i++) {
    const stream = random.fork(i);
    yield pvfCase(`guest/${i}`, randomGuest(stream), { executions: executions(stream, 4) });
  }
}

/** Random guests under every set of executor params. */
export function* guestsWithParams(random: Random): Generator<PvfCase> {
  for (let i = 0; i < GUESTS_WITH_PARAMS; i++) {
    const code = randomGuest(random.fork(i));
    for (const [name, executorParams] of Object.entries(PARAMS)) {
      const runs = executions(random.fork(`${i}/${name}`), 2);
      yield pvfCase(`guest-params/${i}/${name}`, code, { executorParams, executions: runs });
    }
  }
}

/** Random guests that import elliptic curve functions, with these enabled and not. */
export function* eccGuests(random: Random): Generator<PvfCase> {
  const enabled: ExecutorParams = [{ type: 'EnabledHostFunction', value: 'EccRfc163' }];
  for (const [index, host] of ECC_IMPORTS.entries()) {
    const code = randomGuest(random.fork(index), [host, host, host]);
    const runs = executions(random.fork(`${index}/runs`), 2);
    yield pvfCase(`guest-ecc/${index}/enabled`, code, { executorParams: enabled, executions: runs });
    yield pvfCase(`guest-ecc/${index}/not-enabled`, code, { executions: runs });
  }
}

/** Random guests with a few wrong bytes; what can still be prepared is run once. */
export function* mutatedGuests(random: Random): Generator<PvfCase> {
  for (let i = 0; i < MUTATED_GUESTS; i++) {
    const stream = random.fork(i);
    const mutation = stream.pick(MUTATIONS);
    const code = mutate(stream, randomGuest(stream), mutation);
    yield pvfCase(`mutated-guest/${i}/${mutation}`, code, {
      kind: stream.pick(['Prechecking', 'Compilation']),
      executions: executions(stream, 1),
    });
  }
}
