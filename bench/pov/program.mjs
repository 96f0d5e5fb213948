// Large PoVs: how long it takes until a PVF has refused one of 10 MiB at once, so that nothing counts but the way there; and
// how long a host holds up its embedder's event loop while several go through it.
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PvfHost } from '@pvf/host';
import { guest } from '@pvf/test-kit';
import { ratioTo, show } from '../support/comparison.mjs';
import { drive } from '../support/drive.mjs';
import { runtimesWithBlocks } from '../support/load.mjs';
import { count, SHARED } from '../support/options.mjs';
import { sidesOf } from '../support/programs.mjs';
import { MAX_POV_BYTES, validationDataOf, validationOf } from '../support/requests.mjs';
import { hostSide, referenceHostSide, workersSide } from '../support/sides.mjs';
import { summaryOf } from '../support/statistics.mjs';
import { inTurn, stopAll } from '../support/turns.mjs';
import { watchLoop } from './event-loop.mjs';
import { receiptFor } from './receipts.mjs';

const ONE = { workers: 1, outstanding: 1 };
const MEGABYTE = 1_000_000;
const RUNTIME = 'asset-hub-rococo-900';
/** Of the PoV around its block. */
const ENCODING_BYTES = 4;
const SPAWN_TIMEOUT_MS = 60_000;
const IDLE_MS = 2_000;

export const name = 'pov';
export const about =
  'A PoV of 10 MiB, refused at once; and the delay of the event loop while large PoVs go through a host.';
export const options = {
  candidates: count(40, 'refused PoVs per side'),
  'warm-up': count(5, 'of them per side that are not counted', 0),
  concurrent: count(8, 'PoVs that a host has at once while its event loop is watched'),
  megabytes: count(10, 'of each of these'),
  rounds: count(5, 'times that many'),
  ordinary: { type: 'flag', about: 'these lie in ordinary memory, not in a SharedArrayBuffer' },
  receipts: { type: 'flag', about: 'with receipts every one of these is hashed, too' },
  reference: SHARED.reference,
  'reference-host': SHARED['reference-host'],
  against: SHARED.against,
  runtimes: SHARED.runtimes,
};
export const notes = ['One of the PVFs is a real runtime whose blocks are in ../shared (or $PVF_SHARED).'];

export async function measure(given) {
  return { refused: await measureRefusals(given), eventLoop: await measureLoop(given) };
}

/** A PVF of ours that does nothing but trap, and a real runtime, which makes nothing of such a PoV either. */
async function measureRefusals(given) {
  const runtime = runtimesWithBlocks(given.runtimes).find((pvf) => pvf.name === RUNTIME);
  if (runtime === undefined) throw new Error(`there is no ${RUNTIME} among the runtimes`);
  const codes = { trap: guest('trap'), [RUNTIME]: runtime.code };
  const rows = [];
  for (const [pvf, code] of Object.entries(codes))
    rows.push({ pvf, sides: await measureRefusal(pvf, code, given) });
  return rows;
}

async function measureRefusal(pvf, code, { candidates, warmUp, ...given }) {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-bench-pov-'));
  const blockData = randomBlock(MAX_POV_BYTES - ENCODING_BYTES);
  const large = {
    name: 'a large PoV',
    validationData: validationDataOf(new Uint8Array()),
    blockData,
    expectedJob: 'InvalidCandidate',
  };
  const pvfs = [{ name: pvf, code, candidates: [large] }];
  const sides = [];
  try {
    for (const programs of sidesOf(given)) {
      if (programs.name !== 'reference') sides.push(await hostSide(programs, pvfs, { ...ONE, directory }));
      else if (given.referenceHost !== undefined)
        sides.push(await referenceHostSide(programs, pvfs, { ...ONE, host: given.referenceHost }));
      sides.push(await workersSide(programs, pvfs, { ...ONE, directory }));
    }
    const times = await inTurn(sides, { rounds: candidates, warmUp }, async (side) => {
      return (await drive(side, [[0, 0]], pvfs))[0].wallMs;
    });
    return [...times].map(([side, all]) => ({ side, wallMs: summaryOf(all) }));
  } finally {
    await stopAll(sides);
    rmSync(directory, { recursive: true });
  }
}

/** In shared memory, from where a host's threads hand it over. */
function randomBlock(size, ordinary = false) {
  const bytes = randomFillSync(new Uint8Array(size));
  if (ordinary) return bytes;
  const shared = new Uint8Array(new SharedArrayBuffer(size));
  shared.set(bytes);
  return shared;
}

async function measureLoop({ concurrent, megabytes, rounds, receipts, ordinary }) {
  const size = megabytes * MEGABYTE;
  const wasm = guest('accepts-anything');
  const host = await PvfHost.start({ spawnTimeoutMs: SPAWN_TIMEOUT_MS });
  try {
    const code = await host.importCode(wasm);
    const povs = Array.from({ length: concurrent }, () => ({
      validationData: validationDataOf(new Uint8Array(), size + ENCODING_BYTES),
      blockData: randomBlock(size, ordinary),
    }));
    const validateAll = async (requests) => {
      const outcomes = await Promise.all(requests.map((each) => host.validate(each)));
      for (const { kind, message } of outcomes)
        if (kind !== 'valid') throw new Error(`a large candidate was ${kind}: ${message}`);
      return outcomes;
    };
    const plain = povs.map((pov) => validationOf(code, pov));
    const first = await validateAll(plain);
    const requests = receipts ? withReceipts(wasm, plain, first) : plain;
    const idle = await watchLoop(({ delay }) => delay(IDLE_MS));
    const totals = [];
    const busy = await watchLoop(async () => {
      for (let round = 0; round < rounds; round++)
        for (const { totalMs } of await validateAll(requests)) totals.push(totalMs);
    });
    return { concurrent, megabytes, receipts, ordinary, totalMs: summaryOf(totals), idle, busy };
  } finally {
    await host.close();
  }
}

/** Each request with the receipt of what its PVF has returned. */
function withReceipts(wasm, requests, outcomes) {
  return requests.map((request, i) => ({
    ...request,
    receipt: receiptFor(wasm, request, outcomes[i]),
    v3Seen: false,
  }));
}

export function tables({
  refused,
  eventLoop: { concurrent, megabytes, receipts, ordinary, totalMs, idle, busy },
}) {
  const loop = (what, { p50, p99, max }) => ({
    what,
    'p50 ms': show(p50),
    'p99 ms': show(p99),
    'max ms': show(max),
  });
  return [
    {
      title: 'a PoV of 10 MiB, refused at once',
      rows: refused.flatMap(({ pvf, sides }) =>
        sides.map((row) => ({
          PVF: pvf,
          side: row.side,
          'median ms': show(row.wallMs.median),
          'p10 ms': show(row.wallMs.p10),
          'p90 ms': show(row.wallMs.p90),
          'this ÷ side': show(ratioTo(sides, row, ({ wallMs }) => wallMs.median)),
        })),
      ),
    },
    {
      title: `the event loop, with ${concurrent} PoVs of ${megabytes} MB at once${receipts ? ', hashed' : ''}${ordinary ? ', in ordinary memory' : ''}`,
      rows: [
        loop('delay, idle', idle.delay),
        loop('delay, validating', busy.delay),
        loop('CPU per tick, idle', idle.cpu),
        loop('CPU per tick, validating', busy.cpu),
      ],
      notes: [`each PoV took ${show(totalMs.median)} ms (median), ${show(totalMs.p90)} (p90)`],
    },
  ];
}
