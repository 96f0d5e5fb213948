// One target, in a thread of its own: main.mjs sees from outside when an input hangs it or takes its memory.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { dictionaryOf, mutate, randomSource } from './mutate.mjs';

const { bundle, corpusFolder, seconds, seed, current, progress } = workerData;
const shared = new Uint8Array(current);
/** [executions, length of the input that runs, inputs kept, counters seen] */
const figures = new Int32Array(progress);

const { target } = await import(bundle);
const counters = countersOf(globalThis.__coverage__);
/** Which hit counts each counter was seen with, as bits: 1, 2, 3, 4–7, 8–15, 16–31, 32–127, 128 and more. */
const seen = new Uint8Array(counters.reduce((sum, list) => sum + list.length, 0));
const random = randomSource(seed);
const dictionary = dictionaryOf(readFileSync(new URL(bundle.replace(/\.mjs$/, '.plain.txt')), 'utf8'));
const corpus = [];

run();

function run() {
  const seeds = workerData.seeds.map((bytes) => Buffer.from(bytes));
  for (const name of readdirSync(corpusFolder)) seeds.push(readFileSync(join(corpusFolder, name)));
  for (const input of [Buffer.alloc(0), ...seeds]) attempt(input.subarray(0, target.maxBytes), false);
  if (corpus.length === 0) corpus.push(Buffer.alloc(1));
  const end = Date.now() + 1000 * seconds;
  while (Date.now() < end) {
    for (let i = 0; i < 64; i++) {
      // Young inputs reach what is new: they get half of the attempts.
      const recent = Math.max(0, corpus.length - 32);
      const parent =
        random.below(2) === 0 ? random.pick(corpus) : corpus[recent + random.below(corpus.length - recent)];
      attempt(mutate(parent, { random, others: corpus, dictionary, maxBytes: target.maxBytes }), true);
    }
  }
  parentPort.postMessage({ type: 'done' });
}

function attempt(input, keep) {
  shared.set(input);
  Atomics.store(figures, 1, input.length);
  Atomics.add(figures, 0, 1);
  for (const list of counters) list.fill(0);
  try {
    target.run(input);
  } catch (error) {
    parentPort.postMessage({
      type: 'finding',
      stack: String(error?.stack ?? error),
      input: Uint8Array.from(input),
    });
    process.exit(1);
  }
  if (!isNew()) return;
  corpus.push(Buffer.from(input));
  Atomics.store(figures, 2, corpus.length);
  if (keep) writeFileSync(join(corpusFolder, createHash('sha1').update(input).digest('hex')), input);
}

function isNew() {
  let found = false;
  let at = 0;
  for (const list of counters) {
    for (let i = 0; i < list.length; i++, at++) {
      const count = list[i];
      if (count === 0) continue;
      const bit = 1 << bucket(count);
      if ((seen[at] & bit) !== 0) continue;
      if (seen[at] === 0) Atomics.add(figures, 3, 1);
      seen[at] |= bit;
      found = true;
    }
  }
  return found;
}

function bucket(count) {
  if (count < 4) return count - 1;
  if (count < 8) return 3;
  if (count < 16) return 4;
  if (count < 32) return 5;
  return count < 128 ? 6 : 7;
}

/** Istanbul's counters (statements, functions, each way of each branch) as lists of numbers, shared with the code. */
function countersOf(coverage) {
  const lists = [];
  for (const file of Object.values(coverage)) {
    lists.push(asList(file, 's'), asList(file, 'f'));
    lists.push(...Object.values(file.b));
  }
  return lists;
}

/** The code increments `file[name][id]` with ids from 0: an array does as well as the object, and is faster. */
function asList(file, name) {
  const list = Object.values(file[name]);
  file[name] = list;
  return list;
}
