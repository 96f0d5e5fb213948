import { basename } from 'node:path';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { toJson } from '../output/json.ts';
import { oneLine } from '../output/outcomes.ts';
import { print, say } from '../output/print.ts';
import { bytes } from '../output/units.ts';
import type { Context, OutputOptions } from './context.ts';

const MAGIC = 'PVF-ART\0';
/** What the file's head may take when it is shown: it was made by a job. Bytes. */
const MOST_HEADER_BYTES = 1 << 20;

export function isArtifact(file: Uint8Array): boolean {
  return Buffer.from(file.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
}

/** `pvf inspect ARTIFACT`: what an artifact is of, and whether it is what its name and its end say. Exit code 1 if not. */
export async function inspectArtifact(
  context: Context,
  path: string,
  file: Uint8Array,
  options: OutputOptions,
): Promise<ExitCode> {
  const { ArtifactError, artifactLayout } = await import('@pvf/executor');
  const { ARTIFACT_RECORD_BYTES, artifactChecksum, withoutArtifactRecord } = await import('@pvf/protocol');
  const { parseArtifactFileName } = await import('@pvf/host');
  const body = withoutArtifactRecord(file);
  const record = body.length === file.length ? undefined : file.subarray(-ARTIFACT_RECORD_BYTES);
  let layout: ReturnType<typeof artifactLayout>;
  try {
    layout = artifactLayout(body);
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    throw new CliError(
      'NOT_CODE',
      { path, length: file.length },
      `artifact ${path}: ${error.message}`,
      'prepare the PVF again: pvf precheck',
    );
  }
  const hex = (data: Uint8Array | undefined) => data && Buffer.from(data).toString('hex');
  const recorded = record && {
    codeHash: hex(record.subarray(0, 32)),
    prepHash: hex(record.subarray(32, 64)),
  };
  const named = parseArtifactFileName(basename(path));
  const checksum = hex(artifactChecksum(file));
  const problems: string[] = [];
  if (named !== undefined && named.checksum !== checksum)
    problems.push('its checksum is not the one in its name');
  if (named !== undefined && recorded !== undefined && recorded.codeHash !== named.identity.codeHash)
    problems.push('it was made from other code than its name says');
  const sizes = Object.fromEntries(Object.entries(layout).map(([part, [from, to]]) => [part, to - from]));
  const engine = engineOf(
    body.subarray(layout.header[0], Math.min(layout.header[1], layout.header[0] + MOST_HEADER_BYTES)),
  );
  const exitCode = problems.length === 0 ? EXIT.ok : EXIT.against;
  if (options.json === true) {
    const report = {
      artifact: true,
      file: path,
      fileBytes: file.length,
      sizes,
      engine,
      checksum,
      recorded,
      named,
      problems,
    };
    await print(context.io, toJson({ command: 'inspect', exitCode, ...report }));
    return exitCode;
  }
  const lines = [
    `artifact   ${bytes(file.length)}`,
    ...Object.entries(sizes).map(([part, size]) => `  ${part.padEnd(8)} ${bytes(size)}`),
    `engine     ${engine ?? 'unknown'}`,
    `code       ${recorded?.codeHash === undefined ? 'not recorded' : `0x${recorded.codeHash}`}`,
    `params     ${recorded?.prepHash === undefined ? 'not recorded' : `0x${recorded.prepHash}`}`,
    `checksum   ${checksum}${named === undefined ? '' : named.checksum === checksum ? ' (as its name says)' : ''}`,
    ...problems.map((problem) => `DAMAGED: ${problem}`),
  ];
  await say(context.io, lines.join('\n'));
  return exitCode;
}

/** The header was written by a job: nothing in it is trusted to be of any shape. */
function engineOf(header: Uint8Array): string | undefined {
  try {
    const { engine } = JSON.parse(Buffer.from(header).toString('utf8')) as { engine?: unknown };
    return typeof engine === 'string' ? oneLine(engine) : undefined;
  } catch {
    return undefined;
  }
}
