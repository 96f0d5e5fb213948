import { type FileHandle, open } from 'node:fs/promises';
import { CliError } from '../../errors.ts';
import { outputError, writeOutput } from '../../output/output-file.ts';
import type { Record } from './record.ts';

/** Results on disk, a line each as soon as it is known: whatever happens, what was done need not be done again. */
export class Results {
  readonly #path: string;
  readonly #file: FileHandle;
  /** Of earlier calls, by id. */
  readonly before: ReadonlyMap<string, Record>;

  private constructor(path: string, file: FileHandle, before: ReadonlyMap<string, Record>) {
    this.#path = path;
    this.#file = file;
    this.before = before;
  }

  /**
   * @param resume whether results that are there already are added to; without it the file must be new
   * @param run of the results to be written: others are not resumed
   * @throws CliError OUTPUT_FILE
   */
  static async open(path: string, resume: boolean, run: string): Promise<Results> {
    const file = await open(path, resume ? 'a+' : 'wx+').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw outputError(path, error);
      throw new CliError(
        'OUTPUT_FILE',
        { path, errno: 'EEXIST' },
        `results ${path} are there already`,
        'go on with them (--resume), or name another file',
      );
    });
    try {
      return new Results(path, file, await readBefore(file, path, run));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** @throws CliError OUTPUT_FILE */
  async add(record: Record): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify(record)}\n`).catch((error: unknown) => {
      throw outputError(this.#path, error);
    });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

async function readBefore(file: FileHandle, path: string, run: string): Promise<Map<string, Record>> {
  const text = await file.readFile('utf8');
  const found = new Map<string, Record>();
  // A line that was cut off by the end of an earlier call is done again.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole));
  for (const line of whole.split('\n').filter((each) => each !== '')) {
    const record = parse(line);
    if (record?.run === run) {
      found.set(record.id, record);
      continue;
    }
    throw new CliError(
      'OUTPUT_FILE',
      { path, errno: 'EINVAL' },
      `${path} holds ${record === undefined ? 'something else than results of replay' : 'results of another PVF, other limits or programs'}`,
      'name another file with --output',
    );
  }
  return found;
}

function parse(line: string): Record | undefined {
  try {
    const value = JSON.parse(line) as Partial<Record>;
    return typeof value.id === 'string' && typeof value.run === 'string' ? (value as Record) : undefined;
  } catch {
    return undefined;
  }
}

const COLUMNS = [
  'id',
  'name',
  'outcome',
  'vote',
  'reason',
  'cpuMs',
  'wallMs',
  'povBytes',
  'resultSha256',
  'differences',
  'message',
] as const;

/** @throws CliError OUTPUT_FILE */
export async function writeCsv(path: string, records: readonly Record[]): Promise<void> {
  const rows = records.map((record) => COLUMNS.map((column) => cell(record[column])).join(','));
  await writeOutput(path, `${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`);
}

/** RFC 4180. What a spreadsheet would take for a formula is kept from being one: texts come from PVFs. */
function cell(value: unknown): string {
  const text = Array.isArray(value) ? value.join('; ') : String(value ?? '');
  const safe = typeof value !== 'number' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
