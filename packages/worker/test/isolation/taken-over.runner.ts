// A worker whose jobs have been taken over: each runs one of ATTEMPTS instead of a guest. Started by isolation.test.ts
// under the workers' flags with the worker dir and the layers as JSON; prints a JSON line per attempt.
import { addressOf, endSiblingThreads, exitNow, initialise } from '@pvf/sandbox-linux';
import pino from 'pino';
import {
  enterJob,
  type JobReport,
  RequestArena,
  restrictWorker,
  runJob,
  Template,
  writeFrame,
} from '../../src/index.ts';
import { ATTEMPTS, useAddressOf } from './attempts.ts';

const {
  directory,
  landlock = true,
  seccomp = true,
  namespaces = true,
  template = false,
} = JSON.parse(process.argv[2]!);
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
const limits = { cpuLimitNs: SECOND_NS, outputLimitBytes: 4096 };

/** Answers with the result of one attempt; runs in a job. */
function attempt(index: number, writeFd: number): number {
  writeFrame(writeFd, [Buffer.from(String(ATTEMPTS[index]!.run(target)))]);
  return 0;
}

function runAlone(index: number): JobReport {
  const body = (writeFd: number): number => {
    enterJob(job, writeFd, SECOND_NS).lock();
    return attempt(index, writeFd);
  };
  return runJob({ ...limits, namespaces: job.namespaces, body });
}

function startTemplate(): Template {
  const arena = new RequestArena(job.procFd);
  return Template.start(job, arena, SECOND_NS, (lock) => {
    lock();
    return (request, writeFd) => attempt(request[0]!, writeFd);
  })!;
}

const running = template ? startTemplate() : undefined;
ATTEMPTS.forEach(({ name }, index) => {
  const report = running === undefined ? runAlone(index) : running.run(Uint8Array.of(index), limits);
  const value =
    report.output.length > 8 ? Number(Buffer.from(report.output.subarray(8)).toString()) : undefined;
  process.stdout.write(`${JSON.stringify({ name, end: report.end, value })}\n`);
});
running?.close();
exitNow(0);
