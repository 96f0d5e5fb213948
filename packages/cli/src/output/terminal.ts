import type { Writable } from 'node:stream';
import type cliTruncate from 'cli-truncate';
import type { Ora } from 'ora';

/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** The spinner, a space, and the last column, which some terminals wrap at. */
const AROUND_TEXT = 3;
const DEFAULT_COLUMNS = 80;
const TICK_MS = 1_000;

/**
 * Progress and messages on stderr. On a terminal the current step is one line that moves, never wider than the screen,
 * with the seconds it has taken; elsewhere each step is one line. Messages never mix with the moving line.
 */
export class Terminal {
  readonly #output: Output;
  readonly #quiet: boolean;
  #step: { text: string; since: number } | undefined;
  /** Loaded at the first step on a terminal; undefined until it is there. */
  #spinner: Ora | undefined;
  #truncate: typeof cliTruncate | undefined;
  #loading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Output, options: { quiet: boolean }) {
    this.#output = output;
    this.#quiet = options.quiet;
  }

  /** Shows `text` as what is going on now. */
  step(text: string): void {
    if (this.#quiet || this.#step?.text === text) return;
    this.#step = { text, since: Date.now() };
    if (this.#output.isTTY !== true) {
      this.#output.write(`${text} …\n`);
      return;
    }
    this.#loading ??= this.#load();
    this.#timer ??= setInterval(() => this.#update(), TICK_MS).unref();
    this.#update();
  }

  /** Removes the moving line. */
  done(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#step = undefined;
    this.#spinner?.stop();
  }

  /** Prints one line, also when quiet. */
  message(line: string): void {
    const moving = this.#step !== undefined ? this.#spinner : undefined;
    moving?.clear();
    this.#output.write(`${line}\n`);
    moving?.render();
  }

  async #load(): Promise<void> {
    const [{ default: ora }, { default: truncate }] = await Promise.all([
      import('ora'),
      import('cli-truncate'),
    ]);
    this.#truncate = truncate;
    this.#spinner = ora({
      stream: this.#output as NodeJS.WriteStream,
      isEnabled: true,
      discardStdin: false,
      hideCursor: false,
    });
    this.#update();
  }

  #update(): void {
    if (this.#step === undefined || this.#spinner === undefined || this.#truncate === undefined) return;
    const seconds = Math.floor((Date.now() - this.#step.since) / 1000);
    const suffix = seconds > 0 ? ` (${seconds} s)` : '';
    const columns = (this.#output.columns ?? DEFAULT_COLUMNS) - AROUND_TEXT - suffix.length;
    this.#spinner.text = `${this.#truncate(this.#step.text, Math.max(1, columns), { position: 'middle' })}${suffix}`;
    if (!this.#spinner.isSpinning) this.#spinner.start();
  }
}
