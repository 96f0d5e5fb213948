// What is run: PVFs, their small candidates with the answers that are recorded for them, and an order.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';
import { loadCandidates, sharedDir } from '@pvf/test-kit';
import { validationDataOf } from './requests.mjs';
import { RUNTIME_SUFFIX, readRuntimes, runtimesDir, variantOf } from './runtimes.mjs';

/** Blocks that take the reference milliseconds; their names among a runtime's candidates. */
const SMALL = ['ok-empty', 'ok-remark-1', 'ok-transfers-1', 'ok-transfers-3', 'ok-dmp-3', 'ok-after-dmp'];
/** A spoiled block among them, for runs that look at answers rather than at speed. */
const SPOILED = ['bad-state-root', 'bad-parent-head-other', 'bad-extrinsics-root'];
/** Whose blocks a runtime gets that has none of its own: it refuses them, after being loaded like any other. */
const LENDER = 'asset-hub-rococo-900';

/**
 * `count` PVFs: the runtimes of the folder in turn, then variants of them.
 *
 * @param options.own only runtimes with candidates of their own
 * @param options.spoiled some candidates are spoiled ones
 */
export function makePvfs(count, { runtimes, own, spoiled = false }) {
  const all = readRuntimes(runtimesDir(runtimes));
  const withCandidates = all.filter(({ name }) => existsSync(join(sharedDir(), 'candidates', name)));
  const bases = own ? withCandidates : all;
  if (bases.length === 0) throw new Error('no runtime has candidates');
  const names = spoiled ? [...SMALL, ...SPOILED] : SMALL;
  return Array.from({ length: count }, (_, i) => {
    const base = bases[i % bases.length];
    const ofItsOwn = withCandidates.includes(base);
    const candidates = loadCandidates(ofItsOwn ? base.name : LENDER)
      .filter(({ name }) => names.includes(name))
      .map((one) => ({ ...one, expectedJob: ofItsOwn ? one.expectedJob : undefined }));
    const variant = Math.floor(i / bases.length);
    return {
      name: variant === 0 ? base.name : `${base.name}#${variant}`,
      code: variantOf(base.code, variant),
      candidates,
    };
  });
}

/**
 * The runtimes that have valid blocks of their own, each with those that `wants` takes: the runtimes of the folder, and those
 * that lie beside the candidates.
 *
 * @param wants `(candidate) => boolean`; default the small ones
 */
export function runtimesWithBlocks(runtimes, wants = ({ name }) => SMALL.includes(name)) {
  const found = new Map(readRuntimes(runtimesDir(runtimes)).map((one) => [one.name, one.code]));
  const folder = join(sharedDir(), 'candidates');
  for (const name of foldersOf(folder)) {
    const path = join(folder, `${name}${RUNTIME_SUFFIX}`);
    if (!found.has(name) && existsSync(path)) found.set(name, readFileSync(path));
  }
  const all = [...found]
    .filter(([name]) => existsSync(join(folder, name)))
    .map(([name, code]) => {
      const valid = loadCandidates(name).filter((one) => expectedOf(one) === 'Ok' && wants(one));
      return { name, code, candidates: valid };
    })
    .filter(({ candidates }) => candidates.length > 0)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  if (all.length === 0) throw new Error('no runtime has such candidates');
  return all;
}

/** The example PVF with `length` candidates of its chain; each knows the head that it ends with. */
export function adderPvf(length) {
  const candidates = adderChain(Array.from({ length }, (_, i) => BigInt(i) ** 5n)).map((one, i) => ({
    name: `block ${i}`,
    validationData: validationDataOf(one.parentHead),
    blockData: one.blockData,
    expectedJob: 'Ok',
    head: one.head,
  }));
  return { name: 'adder', code: readAdderPvf(), candidates };
}

function foldersOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** In which the candidates of many PVFs may come. */
export const ORDERS = ['uniform', 'skewed', 'row'];

/** Pseudo-random numbers below 1 (mulberry32): the same order in every run and on every side. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/**
 * `length` candidates: `[pvf, candidate]` indices.
 *
 * @param order `uniform`: every PVF alike; `skewed`: the n-th PVF has the share 1/n (Zipf), as a relay chain's cores
 *   serve a few busy chains often and many on demand; `row`: one PVF after the other
 */
export function makeOrder(pvfs, length, order, random) {
  const shares = pvfs.map((_, i) => (order === 'skewed' ? 1 / (i + 1) : 1));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return Array.from({ length }, (_, n) => {
    let pvf = Math.min(pvfs.length - 1, Math.floor((n * pvfs.length) / length));
    if (order !== 'row') {
      let rest = random() * total;
      pvf = 0;
      while (pvf < pvfs.length - 1 && rest >= shares[pvf]) rest -= shares[pvf++];
    }
    return [pvf, Math.floor(random() * pvfs[pvf].candidates.length)];
  });
}

/** The variant of an answer in short, the same for a host's outcome and a worker's answer. */
export function expectedOf({ expectedJob }) {
  if (expectedJob === undefined) return undefined;
  if (typeof expectedJob === 'string') return expectedJob;
  return 'ok' in expectedJob || 'Ok' in expectedJob ? 'Ok' : Object.keys(expectedJob)[0];
}
