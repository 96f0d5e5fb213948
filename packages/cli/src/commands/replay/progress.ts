import type { SingleBar } from 'cli-progress';
import type { Output } from '../../output/terminal.ts';
import { type Clock, Rate } from './rate.ts';

/** Elsewhere than on a terminal a line is written that often. */
const LINE_EVERY_MS = 10_000;

/** How far a replay is: a bar on a terminal, else a line now and then. */
export class ReplayProgress {
  readonly #output: Output;
  readonly #rate: Rate;
  readonly #bar: SingleBar | undefined;
  readonly #now: Clock;
  readonly #lines: boolean;
  #lastLine: number;

  private constructor(output: Output, rate: Rate, bar: SingleBar | undefined, lines: boolean, now: Clock) {
    this.#output = output;
    this.#rate = rate;
    this.#bar = bar;
    this.#lines = lines;
    this.#now = now;
    this.#lastLine = now();
  }

  static async start(
    output: Output,
    total: number,
    quiet: boolean,
    now: Clock = Date.now,
  ): Promise<ReplayProgress> {
    const rate = new Rate(total, now);
    if (quiet || output.isTTY !== true) return new ReplayProgress(output, rate, undefined, !quiet, now);
    const { Format, SingleBar } = await import('cli-progress');
    const columns = output.columns ?? 80;
    const bar = new SingleBar({
      stream: output as NodeJS.WritableStream,
      format: (options, { progress }) => {
        const text = ` ${rate.text()}`;
        const barsize = Math.max(5, Math.min(40, columns - text.length - 1));
        return `${Format.BarFormat(progress, { ...options, barsize })}${text}`;
      },
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: false,
      clearOnComplete: true,
      gracefulExit: false,
      fps: 5,
    });
    bar.start(total, 0);
    return new ReplayProgress(output, rate, bar, false, now);
  }

  /** One more is done; `fresh` unless an earlier call did it. */
  step(fresh: boolean): void {
    this.#rate.step(fresh);
    this.#bar?.update(this.#rate.done);
    if (!this.#lines || this.#now() - this.#lastLine < LINE_EVERY_MS) return;
    this.#lastLine = this.#now();
    this.#output.write(`${this.#rate.text()}\n`);
  }

  /** Prints one line, also when quiet. */
  message(line: string): void {
    // It would come back to the line that it began on.
    this.#bar?.stop();
    this.#output.write(`${line}\n`);
    this.#bar?.start(this.#bar.getTotal(), this.#rate.done);
  }

  stop(): void {
    this.#bar?.stop();
  }
}
