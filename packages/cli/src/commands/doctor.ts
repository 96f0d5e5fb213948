import { tmpdir } from 'node:os';
import type { HostError, HostErrorMeta, HostOptions } from '@pvf/host';
import { pino } from 'pino';
import { bad, type Check, ok } from '../doctor/check.ts';
import { layerChecks, namespaceCheck } from '../doctor/layers.ts';
import { limitChecks } from '../doctor/limits.ts';
import { diskChecks, execCheck, memoryChecks, versionChecks } from '../doctor/machine.ts';
import { placeOf } from '../doctor/place.ts';
import { measureSpeed, type Speed } from '../doctor/speed.ts';
import { type StartCheck, startCheck } from '../doctor/start-check.ts';
import { checkLines, type Verdict, verdictLines } from '../doctor/text.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { LAYERS } from '../layers.ts';
import { toJson } from '../output/json.ts';
import { print } from '../output/print.ts';
import { mebibytes } from '../output/units.ts';
import { type Context, type HostCommandOptions, hostOptions } from './context.ts';

/**
 * `pvf doctor`: whether a validator's host starts here, which the host itself answers, and whether the machine is fast
 * enough; then what else there is to know, with what to change. Exit code 2 unless both verdicts are yes.
 */
export async function doctor(context: Context, options: HostCommandOptions): Promise<ExitCode> {
  const { terminal, io } = context;
  const given = await hostOptions(context, options);
  const quiet = { ...given, ...(options.verbose !== true && { logger: pino({ level: 'silent' }) }) };
  terminal.step('starting a host');
  const start = await startCheck(quiet);
  terminal.step('measuring');
  const speed = await measured(quiet, start, io.signal);
  const checks = await checksOf(start, given.cacheDir ?? tmpdir());
  terminal.done();

  const secure = { fit: start.fit, reason: start.fit ? undefined : start.error.message };
  const verdict: Verdict = { secure, speed };
  const fastEnough = typeof speed === 'string' || speed.fastEnough;
  const exitCode = start.fit && fastEnough ? EXIT.ok : EXIT.badInput;
  const place = placeOf(io.env);
  if (options.json === true) await print(io, toJson(report(start, verdict, checks, place, exitCode)));
  else await print(io, [...verdictLines(verdict), '', ...checkLines(checks, place)].join('\n'));
  return exitCode;
}

/** On a host of its own, so that nothing of it stays in anybody's cache. */
async function measured(
  { cacheDir: _, ...options }: HostOptions,
  start: StartCheck,
  signal: AbortSignal,
): Promise<Speed | string> {
  if (!start.fit && start.status === undefined) return 'no host starts here';
  try {
    return await measureSpeed({ ...options, secureMode: start.fit }, signal);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function checksOf(start: StartCheck, cacheDir: string): Promise<Check[]> {
  const { status, security } = start;
  const error = start.fit ? undefined : start.error;
  const workers = status === undefined ? [] : Object.entries(status.workers);
  const programs = workers.map(
    ([kind, { path, fullVersion, node }]) =>
      [kind, `${path} (${fullVersion}${node === undefined ? '' : `, Node ${node}`})`] as const,
  );
  // Without a host that got so far nobody has looked at them.
  const limits =
    error?.code === 'LIMITS_TOO_LOW'
      ? limitChecks(error.message)
      : status === undefined
        ? []
        : limitChecks(undefined);
  const layersWork = security !== undefined && LAYERS.every(([layer]) => security[layer].available);
  return [
    ...versionChecks(programs),
    ...(security === undefined ? [] : layerChecks(security, status?.lost ?? {}, start.fit)),
    namespaceCheck(layersWork),
    ...limits,
    ...trialChecks(start),
    ...memoryChecks(),
    ...(await diskChecks(cacheDir)),
    error?.code === 'WORKER_NOT_EXECUTABLE'
      ? notExecutable(error)
      : execCheck(workers.map(([, { path }]) => path)),
    ...(status === undefined ? [] : [cacheCheck(status.cacheDir, status.artifacts)]),
  ];
}

function notExecutable({ meta, message }: HostError): Check {
  const check = execCheck([(meta as HostErrorMeta['WORKER_NOT_EXECUTABLE']).path]);
  return check.status === 'ok'
    ? bad('failed', check.name, check.what, message, { shell: 'chmod +x' })
    : check;
}

function trialChecks(start: StartCheck): Check[] {
  const what = 'preparing and executing a module of ours';
  if (start.status?.tried === true) return [ok('trial', what, 'works')];
  if (start.fit || start.error.code !== 'TRIAL_FAILED') return [];
  return [
    bad('failed', 'trial', what, start.error.message, {
      docker: '--security-opt seccomp=unconfined, or a profile that allows the call that is named',
      kubernetes: 'securityContext: { seccompProfile: { type: Unconfined } }',
      systemd: 'SystemCallFilter= with the call that is named; SystemCallErrorNumber=EPERM',
    }),
  ];
}

function cacheCheck(cacheDir: string, { prepared, bytes }: { prepared: number; bytes: number }): Check {
  return ok('cache', 'cache directory', `${cacheDir}: ${prepared} artifacts, ${mebibytes(bytes)}`);
}

function report(
  start: StartCheck,
  { secure, speed }: Verdict,
  checks: readonly Check[],
  place: string,
  exitCode: ExitCode,
): object {
  const { status, security } = start;
  const missing = LAYERS.filter(([layer]) => security?.[layer].available === false).map(([layer]) => layer);
  return {
    command: 'doctor',
    exitCode,
    verdict: {
      secure: { ...secure, code: start.fit ? undefined : start.error.code },
      speed: typeof speed === 'string' ? { notMeasured: speed } : speed,
    },
    checks,
    place,
    node: process.version,
    // Empty if the start ended before they were known.
    workers: status?.workers ?? {},
    security: security ?? {},
    missing,
    ...(status !== undefined && {
      lost: status.lost,
      tried: status.tried,
      cacheDir: status.cacheDir,
      artifacts: status.artifacts,
    }),
  };
}
