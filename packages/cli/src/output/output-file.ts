import { writeFile } from 'node:fs/promises';
import { CliError } from '../errors.ts';

/** @throws CliError OUTPUT_FILE */
export async function writeOutput(path: string, contents: string | Uint8Array): Promise<void> {
  await writeFile(path, contents).catch((error: unknown) => {
    throw outputError(path, error);
  });
}

export function outputError(path: string, error: unknown): CliError<'OUTPUT_FILE'> {
  const errno = (error as NodeJS.ErrnoException).code ?? 'unknown';
  return new CliError(
    'OUTPUT_FILE',
    { path, errno },
    `cannot write ${path}: ${errno}`,
    'check the path, and that its directory exists and can be written',
    { cause: error },
  );
}
