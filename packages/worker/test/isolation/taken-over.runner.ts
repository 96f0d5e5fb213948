// A worker whose jobs have been taken over: each runs one of ATTEMPTS instead of a guest. Started by isolation.test.ts
// under the workers' flags with the worker dir and the layers as JSON; prints a JSON line per attempt.
import { addressOf, endSiblingThreads, exitNow, initialise } from '@pvf/sandbox-linux';
import pino from 'pino';
import { enterJob, restrictWorker, runJob, writeFrame } from '../../src/index.ts';
import { ATTEMPTS, useAddressOf } from './attempts.ts';

const { directory, landlock = true, seccomp = true, namespaces = true } = JSON.parse(process.argv[2]!);
const SECOND_NS = 1e9;

useAddressOf(addressOf);
const target = { workerPid: process.pid, hostPid: process.ppid };
initialise();
endSiblingThreads();
const { job } = restrictWorker(
  'execute',
  directory,
  {
    secureValidatorMode: true,
    canEnableLandlock: landlock,
    canEnableSeccomp: seccomp,
    canUnshareUserNamespaceAndChangeRoot: namespaces,
    canDoSecureClone: namespaces,
  },
  pino({ level: 'silent' }),
);
for (const { name, run } of ATTEMPTS) {
  const report = runJob({
    namespaces: job.namespaces,
    cpuLimitNs: SECOND_NS,
    outputLimitBytes: 4096,
    body: (writeFd) => {
      enterJob(job, writeFd, SECOND_NS).lock();
      writeFrame(writeFd, [Buffer.from(String(run(target)))]);
      return 0;
    },
  });
  const value =
    report.output.length > 8 ? Number(Buffer.from(report.output.subarray(8)).toString()) : undefined;
  process.stdout.write(`${JSON.stringify({ name, end: report.end, value })}\n`);
}
exitNow(0);
