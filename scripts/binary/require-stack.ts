import { readFileSync, writeSync } from 'node:fs';

/** What the start code (start-code.mjs) asks for; V8 is told of a little less, by --stack-size. */
const NEEDED_BYTES = 300 * 1024 * 1024;

/**
 * A worker whose stack ends before V8 expects it would take a deep recursion for a crash, and its host would vote
 * against a valid candidate: rather not start. Everything that runs no PVF does without.
 */
function requireStack(): void {
  if (!process.argv[2]?.endsWith('-worker')) return;
  const [, soft] = /^Max stack size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
  if (soft === 'unlimited' || Number(soft) >= NEEDED_BYTES) return;
  writeSync(
    2,
    `the stack may have ${soft} bytes only, ${NEEDED_BYTES} are needed; raise the hard limit ` +
      '(ulimit -H -s, LimitSTACK= of the service, --ulimit stack= of the container)\n',
  );
  process.exit(1);
}

requireStack();
