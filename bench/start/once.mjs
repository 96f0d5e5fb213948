// One process, one host: node once.mjs ENTRY CACHE_DIR. Prints, in milliseconds, how long `PvfHost.start` took and how long
// it was until the first candidate had its answer. Loading the module is not counted: a node has long done that.
import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';

const [entry, cacheDir] = process.argv.slice(2);
const { PvfHost } = await import(entry);
const code = readAdderPvf();
const [{ parentHead, blockData }] = adderChain([1n]);

const begun = performance.now();
const host = await PvfHost.start({ cacheDir });
const started = performance.now();
const outcome = await host.validate({
  code,
  executorParams: [],
  validationCodeBombLimit: 30 * 1024 * 1024,
  validationData: {
    parentHead,
    relayParentNumber: 1,
    relayParentStorageRoot: new Uint8Array(32),
    maxPovSize: 10 * 1024 * 1024,
  },
  pov: { blockData },
  kind: 'approval',
});
const answered = performance.now();
await host.close();
if (outcome.kind !== 'valid') throw new Error(`the answer was ${outcome.kind}`);
console.log(JSON.stringify({ startMs: started - begun, answerMs: answered - begun }));
