import type { HostStatus, SecurityFeature } from '@pvf/host';
import { pino } from 'pino';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { toJson } from '../output/json.ts';
import { mebibytes } from '../output/units.ts';
import { type Context, type HostCommandOptions, LAYERS, print, withHost } from './context.ts';

/**
 * `pvf doctor`: what this machine has, and whether a module of ours can be prepared and executed on it. Exit code 2 if a
 * layer is missing; what makes a host's start impossible is an error as anywhere else, with its remedy.
 */
export async function doctor(context: Context, options: HostCommandOptions): Promise<ExitCode> {
  // No job but the trial's runs, so that nothing has to be said of secure mode.
  const status = await withHost(context, options, async (host) => host.status(), {
    secureMode: false,
    ...(options.verbose !== true && { logger: pino({ level: 'silent' }) }),
  });
  const missing = LAYERS.filter(([layer]) => !status.security[layer].available).map(([layer]) => layer);
  const exitCode = missing.length === 0 ? EXIT.ok : EXIT.badInput;
  const node = process.version;
  if (options.json === true) {
    const { workers, security, lost, tried, artifacts, cacheDir } = status;
    await print(
      context.io,
      toJson({
        command: 'doctor',
        exitCode,
        node,
        workers,
        security,
        missing,
        lost,
        tried,
        cacheDir,
        artifacts,
      }),
    );
  } else {
    await print(context.io, text(status, node).join('\n'));
  }
  return exitCode;
}

function text({ workers, security, lost, tried, artifacts, cacheDir }: HostStatus, node: string): string[] {
  return [
    `node             ${node}`,
    `prepare worker   ${workers.prepare.path} (${workers.prepare.fullVersion})`,
    `execute worker   ${workers.execute.path} (${workers.execute.fullVersion})`,
    `cache directory  ${cacheDir}: ${artifacts.prepared} artifacts, ${mebibytes(artifacts.bytes)}`,
    'isolation of jobs',
    ...LAYERS.map(([layer, words]) => `  ${words}: ${verdict(security[layer])}`),
    ...Object.entries(lost).map(([part, reason]) => `  lost of these: ${part} (${reason})`),
    ...(tried ? ['limits of resources: suffice', 'preparing and executing a module of ours: works'] : []),
  ];
}

function verdict(feature: SecurityFeature): string {
  return feature.available ? 'works' : `MISSING: ${feature.reason}`;
}
