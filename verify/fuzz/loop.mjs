// One target, in a process of its own: main.mjs sees from outside when an input hangs it, takes its memory or ends it.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRESS_BYTES } from './current.mjs';
import { dictionaryOf, mutate, randomSource } from './mutate.mjs';

const [{ bundle, corpusFolder, seconds, seed, seeds, current }] = await once(process, 'message');
const parent = process.ppid;

const { target } = await import(bundle);
/** What runs now, written before it does: an input that ends the process is still there. */
const record = Buffer.alloc(PROGRESS_BYTES + target.maxBytes);
const recordFd = openSync(current, 'w');
/** As current.mjs reads it. */
const figures = new Uint32Array(record.buffer, record.byteOffset, PROGRESS_BYTES / 4);
const counters = countersOf(globalThis.__coverage__);
/** Which hit counts each counter was seen with, as bits: 1, 2, 3, 4–7, 8–15, 16–31, 32–127, 128 and more. */
const seen = new Uint8Array(counters.reduce((sum, list) => sum + list.length, 0));
const random = randomSource(seed);
const dictionary = dictionaryOf(readFileSync(new URL(bundle.replace(/\.mjs$/, '.plain.txt')), 'utf8'));
const corpus = [];

const finding = run();
process.send(finding === undefined ? { type: 'done' } : { type: 'finding', ...finding }, () =>
  process.exit(),
);

/** What was found, if anything. */
function run() {
  const known = seeds.map((bytes) => Buffer.from(bytes));
  for (const name of readdirSync(corpusFolder)) known.push(readFileSync(join(corpusFolder, name)));
  for (const input of [Buffer.alloc(0), ...known]) {
    const found = attempt(input.subarray(0, target.maxBytes), false);
    if (found !== undefined) return found;
  }
  if (corpus.length === 0) corpus.push(Buffer.alloc(1));
  const end = Date.now() + 1000 * seconds;
  while (Date.now() < end) {
    // A process that nobody watches would go on for minutes.
    if (process.ppid !== parent) process.exit(1);
    for (let i = 0; i < 64; i++) {
      // Young inputs reach what is new: they get half of the attempts.
      const recent = Math.max(0, corpus.length - 32);
      const from =
        random.below(2) === 0 ? random.pick(corpus) : corpus[recent + random.below(corpus.length - recent)];
      const input = mutate(from, { random, others: corpus, dictionary, maxBytes: target.maxBytes });
      const found = attempt(input, true);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function attempt(input, keep) {
  figures[0]++;
  figures[1] = input.length;
  record.set(input, PROGRESS_BYTES);
  writeSync(recordFd, record, 0, PROGRESS_BYTES + input.length, 0);
  for (const list of counters) list.fill(0);
  try {
    target.run(input);
  } catch (error) {
    return { stack: String(error?.stack ?? error) };
  }
  if (!isNew()) return undefined;
  corpus.push(Buffer.from(input));
  figures[2] = corpus.length;
  if (keep) writeFileSync(join(corpusFolder, createHash('sha1').update(input).digest('hex')), input);
  return undefined;
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
      if (seen[at] === 0) figures[3]++;
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
