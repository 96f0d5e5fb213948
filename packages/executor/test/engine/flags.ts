/** How the worker programs start Node (`bin/pvf-execute-worker`); tests of the engine run under the same flags. */
export const WORKER_NODE_FLAGS = [
  '--single-threaded',
  '--v8-pool-size=0',
  '--disable-sigusr1',
  '--allow-natives-syntax',
  '--no-liftoff',
  '--no-wasm-tier-up',
  '--no-wasm-lazy-compilation',
  '--wasm-wrapper-tiering-budget=1000000000',
  '--no-wasm-inlining',
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--regexp-interpret-all',
  '--stack-size=250000',
  '--no-warnings',
] as const;
