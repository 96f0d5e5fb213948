import { readdirSync } from 'node:fs';
import {
  connectUnixStream,
  endSiblingThreads,
  exitNow,
  gatherHeap,
  initialise,
  killPid,
  setParentDeathSignal,
  sleep,
  unlink,
  useHugePages,
  useHugePagesForCode,
  writeAll,
} from '@pvf/linux';
import { SIGKILL, SIGTERM } from '@pvf/linux/constants';
import { WORKER_SPEED_UPS, WorkerHandshake } from '@pvf/protocol';
import type pino from 'pino';
import { WorkerCgroup } from '../across/cgroup.ts';
import { runAllChecks, runCheck, WORKS } from './checks.ts';
import {
  helpText,
  parseCommandLine,
  type RunCommand,
  UNTESTED_NODE_FLAG,
  type WorkerKind,
} from './command-line.ts';
import { HostConnection } from './connection.ts';
import type { SpeedUps, WorkerContext } from './context.ts';
import { closeInherited } from './inherited.ts';
import { requireLimits, tooLowLimits } from './limits.ts';
import { createLogger, type LogLevel, logLevelNumber, maxLogLevel } from './log.ts';
import { type RequestServer, serveRequests } from './loop.ts';
import { proveJobs } from './prove-jobs.ts';
import { RequestMemory } from './request-memory.ts';
import { restrictWorker, WITHOUT_CGROUP } from './restrict.ts';
import { objectionTo } from './tested-node.ts';

const TEST_SLEEP_MS = 5000;
const STDOUT = 1;
const HANDSHAKE_LIMIT_BYTES = 1024;
/** The last line of a program that does not end with what it tells: it waits for the handshake of a worker. */
const SERVES = 'serves';

/** A worker program: what it is, and what it does once it may. */
export interface WorkerProgram {
  readonly kind: WorkerKind;
  /** Compared with `--node-impl-version`, printed by `--version`. */
  readonly version: string;
  readonly commit: string;
  /**
   * What `--capabilities` prints besides the version, the program's files and, if asked, the checks: one `name=value`
   * per line. The reference's workers do not know the flag.
   */
  readonly capabilities: Readonly<Record<string, string>>;
  /** Loads what jobs will need; runs before any restriction, while files can still be read. */
  readonly load: (speedUps: SpeedUps) => Promise<(context: WorkerContext) => RequestServer>;
}

/** Runs a worker program to its end. Never returns: the process exits with the program's status. */
export async function runWorkerProgram(program: WorkerProgram, args: readonly string[]): Promise<never> {
  const { kind, version, commit } = program;
  const command = parseCommandLine(kind, args);
  switch (command.type) {
    case 'help':
      return print(helpText(kind, version, commit).trimEnd());
    case 'version':
      return print(version);
    case 'full-version':
      return print(`${version}-${commit}`);
    case 'capabilities':
      if (command.run !== undefined && tooLowLimits().length === 0)
        return await serve(program, command.run, () => checks(command.directory));
      return print(lines({ ...describe(program), ...checks(command.directory) }));
    case 'usage-error':
      console.error(`${kind}-worker: ${command.message}; see --help`);
      return exitNow(2);
    case 'test-sleep':
      sleep(TEST_SLEEP_MS);
      return exitNow(0);
    case 'check': {
      const reason = runCheck(command.check, command.directory);
      if (reason !== undefined) console.error(reason);
      return exitNow(reason === undefined ? 0 : 255);
    }
    case 'run':
      return await serve(program, command);
  }
}

/** @param tellWith what standard output is told before the handshake, besides what the program is; nothing without it */
async function serve(
  program: WorkerProgram,
  command: RunCommand,
  tellWith?: () => Record<string, string>,
): Promise<never> {
  const { socketPath, workerDirPath, nodeVersion, templateMemoryBytes, cgroupPath } = command;
  const { sharesMemory, without = [] } = command;
  const speedUps: SpeedUps = new Set(WORKER_SPEED_UPS.filter((name) => !without.includes(name)));
  const level: LogLevel = maxLogLevel(process.env);
  const log = createLogger(program.kind, level);
  if (nodeVersion !== undefined && nodeVersion !== program.version) {
    log.error(
      { nodeVersion, workerVersion: program.version },
      'node and worker version mismatch: the node was upgraded in place and must be restarted; stopping it',
    );
    // A node that runs on with other workers would dispute valid candidates.
    if (process.ppid > 1) killPid(process.ppid, SIGTERM);
    return exitNow(1);
  }
  try {
    // Until it listens to the host; for good it must not be, because the signal comes when the host's thread ends.
    setParentDeathSignal(SIGKILL);
    requireTestedNode(command.allowUntestedNode, log);
    requireLimits();
    closeInherited();
    const cgroup = cgroupPath === undefined ? undefined : enterCgroup(cgroupPath, log);
    readdirSync(workerDirPath);
    // Before the host is called: it looks for it then.
    const memory = sharesMemory === true ? offerMemory(log) : undefined;
    const connection = new HostConnection(connectUnixStream(socketPath), memory);
    unlinkIfPossible(socketPath, log);
    const makeServer = await program.load(speedUps);
    initialise();
    endSiblingThreads();
    if (speedUps.has('gathered-heap') && !gatherHeap())
      log.debug('the heap stays where it is: jobs will take longer to fork');
    if (speedUps.has('huge-pages')) {
      useHugePages();
      useHugePagesForCode();
    }
    if (tellWith !== undefined) tell({ ...describe(program), ...tellWith(), [SERVES]: '1' });
    const frame = connection.receive(HANDSHAKE_LIMIT_BYTES);
    if (frame === undefined) throw new Error('the host closed the connection before the handshake');
    const handshake = WorkerHandshake.decode(frame);
    const restricted = restrictWorker(program.kind, workerDirPath, handshake.securityStatus, log, cgroup);
    const { templates } = proveJobs(program.kind, restricted.job, log);
    setParentDeathSignal(0);
    const context: WorkerContext = {
      ...restricted,
      speedUps,
      templates,
      kind: program.kind,
      version: program.version,
      connection,
      log,
      logLevel: logLevelNumber(level),
      templateMemoryBytes,
      tellsDetail: command.tellsDetail === true,
      asksForArtifacts: command.asksForArtifacts === true,
    };
    return serveRequests(context, makeServer(context));
  } catch (error) {
    log.error(
      { err: error },
      `${program.kind} worker quits: ${error instanceof Error ? error.message : error}`,
    );
    return exitNow(1);
  }
}

/** @throws Error on a Node that was not tested, unless it is one that may be used and the host insists */
function requireTestedNode(allowUntested: boolean, log: pino.Logger): void {
  const { node } = process.versions;
  const objection = objectionTo(node);
  if (objection === undefined) return;
  const { reason, allowable } = objection;
  if (!allowable) throw new Error(reason);
  if (!allowUntested) throw new Error(`${reason}; ${UNTESTED_NODE_FLAG} starts them all the same`);
  log.warn({ node }, `${reason}: answers may differ from those of other validators`);
}

function enterCgroup(path: string, log: pino.Logger): WorkerCgroup | undefined {
  try {
    return WorkerCgroup.enter(path, log);
  } catch (error) {
    log.error({ err: error, path }, WITHOUT_CGROUP);
    return undefined;
  }
}

/** A host that finds no memory sends all requests through the socket. */
function offerMemory(log: pino.Logger): RequestMemory | undefined {
  try {
    return new RequestMemory();
  } catch (error) {
    log.warn({ err: error }, 'no memory can be shared with the host: large requests come through the socket');
    return undefined;
  }
}

/** Nobody else should find the socket; but where nothing can be removed, that is the host's affair. */
function unlinkIfPossible(path: string, log: pino.Logger): void {
  try {
    unlink(path);
  } catch (error) {
    log.debug({ err: error }, 'the socket stays where it is');
  }
}

/** Answers at once what a host would otherwise ask in several runs of the program. */
function describe({ version, commit, capabilities }: WorkerProgram): Record<string, string> {
  const { node } = process.versions;
  const objection = objectionTo(node);
  return {
    node,
    ...(objection && { [objection.allowable ? 'untested-node' : 'unusable-node']: objection.reason }),
    version,
    'full-version': `${version}-${commit}`,
    ...capabilities,
    limits: tooLowLimits().join('; ') || WORKS,
    // A host may have a module of its own prepared and executed when it starts.
    trial: '1',
    // It does without some or all of them if it is told to.
    'speed-ups': WORKER_SPEED_UPS.join(','),
    // It may be given a control group of its own.
    cgroup: '1',
    files: JSON.stringify(programFiles()),
  };
}

function checks(directory: string | undefined): Record<string, string> {
  return directory === undefined ? {} : runAllChecks(directory);
}

/** Node and the script that it runs: an upgrade in place may replace them and leave the launcher as it is. */
function programFiles(): string[] {
  const { execPath, argv } = process;
  return [...new Set([execPath, argv[1] ?? execPath])];
}

function lines(entries: Record<string, string>): string {
  return Object.entries(entries)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

/** For whoever waits for the whole of it; the threads that Node would write with may have ended. */
function tell(entries: Record<string, string>): void {
  writeAll(STDOUT, Buffer.from(`${lines(entries)}\n`));
}

function print(text: string): never {
  // Synchronous for pipes and files on Linux; the event loop is not needed afterwards.
  console.log(text);
  return exitNow(0);
}
