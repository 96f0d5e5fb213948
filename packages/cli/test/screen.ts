import { clearLine, cursorTo, moveCursor } from 'node:readline';
import { Writable } from 'node:stream';
import { Terminal as Emulator } from '@xterm/headless';
import type { Output } from '../src/output/terminal.ts';

/** A terminal of 80 columns, emulated: what a person sees on it, and everything that was written. */
export class Screen extends Writable {
  readonly isTTY = true;
  readonly columns = 80;
  readonly rows = 24;
  readonly #emulator = new Emulator({ cols: 80, rows: 24, convertEol: true, allowProposedApi: true });
  written = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString('utf8');
    this.#emulator.write(chunk, done);
  }

  clearLine(direction: -1 | 0 | 1): boolean {
    return clearLine(this, direction);
  }

  cursorTo(x: number, y?: number): boolean {
    return y === undefined ? cursorTo(this, x) : cursorTo(this, x, y);
  }

  moveCursor(dx: number, dy: number): boolean {
    return moveCursor(this, dx, dy);
  }

  getColorDepth(): number {
    return 8;
  }

  get output(): Output {
    return this;
  }

  /** Lines with something on them, those that have scrolled away included. */
  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => this.write('', () => resolve()));
    const buffer = this.#emulator.buffer.active;
    return Array.from(
      { length: buffer.length },
      (_, row) => buffer.getLine(row)?.translateToString(true) ?? '',
    ).filter((line) => line !== '');
  }
}
