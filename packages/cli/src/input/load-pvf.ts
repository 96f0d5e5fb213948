import type { Readable } from 'node:stream';
import { CliError } from '../errors.ts';
import { type CodeSource, readCodeSource } from './code.ts';
import type { SaidParameters } from './pvf-parameters.ts';

/** A PVF, from a file or a node. */
export interface LoadedPvf extends CodeSource {
  /** The path, or what the node calls it. */
  readonly name: string;
  /** Block that a node was asked at, hexadecimal. */
  readonly at?: string;
  readonly said?: SaidParameters;
}

interface Where {
  readonly url?: string;
  readonly at?: string;
  readonly para?: number;
}

interface Ways {
  /** How the option or argument is called in errors. */
  readonly option: string;
  readonly signal: AbortSignal;
  readonly stdin: Readable | undefined;
}

/** @throws CliError */
export async function loadPvf(
  path: string | undefined,
  { url, at, para }: Where,
  { option, signal, stdin }: Ways,
): Promise<LoadedPvf> {
  if (url === undefined) {
    for (const [name, value] of [
      ['--at', at],
      ['--para', para],
    ] as const) {
      if (value !== undefined)
        throw usage(name, `${name} is of use only with --url`, 'give --url ws://HOST:PORT');
    }
    if (path === undefined)
      throw usage(option, `${option} is missing`, `give ${option}, or ask a node: --url ws://HOST:PORT`);
    return { name: path === '-' ? 'stdin' : path, ...(await readCodeSource(path, stdin)) };
  }
  if (path !== undefined)
    throw usage('--url', `--url and ${option} both say which PVF`, 'give one of the two');
  const { readPvfFromNode } = await import('./node/read-pvf.ts');
  const { said, ...answer } = await readPvfFromNode({ url, at, para }, signal);
  return { ...answer, readFrom: ['node'], ...(said !== undefined && { said }) };
}

function usage(option: string, cause: string, remedy: string): CliError<'BAD_USAGE'> {
  return new CliError('BAD_USAGE', { option }, cause, remedy);
}
