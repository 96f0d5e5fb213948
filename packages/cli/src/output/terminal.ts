import type { Writable } from 'node:stream';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const CLEAR_LINE = '\r\x1b[2K';

/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/**
 * Progress and messages on stderr. On a terminal the current step is one line that moves, with the seconds it has
 * taken; elsewhere each step is one line. Messages never mix with the moving line.
 */
export class Terminal {
  readonly #output: Output;
  readonly #quiet: boolean;
  #step: { text: string; since: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;

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
    this.#draw();
    this.#timer ??= setInterval(() => this.#draw(), FRAME_MS).unref();
  }

  /** Removes the moving line. */
  done(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#step !== undefined && this.#output.isTTY === true) this.#output.write(CLEAR_LINE);
    this.#step = undefined;
  }

  /** Prints one line, also when quiet. */
  message(line: string): void {
    const moving = this.#step !== undefined && this.#output.isTTY === true;
    this.#output.write(`${moving ? CLEAR_LINE : ''}${line}\n`);
    if (moving) this.#draw();
  }

  #draw(): void {
    if (this.#step === undefined) return;
    const seconds = Math.floor((Date.now() - this.#step.since) / 1000);
    const frame = FRAMES[this.#frame++ % FRAMES.length];
    this.#output.write(`${CLEAR_LINE}${frame} ${this.#step.text}${seconds > 0 ? ` (${seconds} s)` : ''}`);
  }
}
