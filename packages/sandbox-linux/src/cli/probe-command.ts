import { invalidArgument } from '@pvf/linux';
import { probe } from '../probe/probe.ts';
import type { ProbeReport } from '../probe/types.ts';

/** `probe`: prints the report and returns the exit status: 0 if a sandbox can be made at all. */
export function probeCommand(argv: readonly string[]): number {
  const unknown = argv.find((word) => word !== '--json');
  if (unknown !== undefined) invalidArgument('probe', unknown, 'its only option is --json');
  const report = probe();
  if (argv.includes('--json')) console.log(JSON.stringify(report, undefined, 2));
  else console.log(describeProbe(report).join('\n'));
  const has = (layer: string): boolean =>
    report.layers.some((entry) => entry.layer === layer && entry.available);
  return has('landlock') && has('seccomp') ? 0 : 1;
}

export function describeProbe(report: ProbeReport): string[] {
  const width = Math.max(...report.layers.map(({ layer }) => layer.length));
  const head = `Linux ${report.kernel} ${report.arch}, Node ${report.node}, uid ${report.uid}${report.container === undefined ? '' : `, in ${report.container}`}`;
  return [
    head,
    ...report.layers.flatMap(({ layer, available, detail, reason, remedy }) => [
      `${available ? 'yes' : 'no '}  ${layer.padEnd(width)}  ${detail}`,
      ...(reason === undefined ? [] : [`${' '.repeat(width + 7)}why: ${reason}`]),
      ...(remedy === undefined ? [] : [`${' '.repeat(width + 7)}helps: ${remedy}`]),
    ]),
  ];
}
