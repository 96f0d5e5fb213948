import { killPid } from '@pvf/linux';
import { SIGCONT, SIGSTOP } from '@pvf/linux/constants';

/** A child that gets no processor while it is stopped, whatever it does: nothing can handle or block that. */
export class Stoppable {
  readonly pid: number;
  #stopped = false;

  constructor(pid: number) {
    this.pid = pid;
  }

  stop(): void {
    if (!this.#stopped) killPid(this.pid, SIGSTOP);
    this.#stopped = true;
  }

  wake(): void {
    if (this.#stopped) killPid(this.pid, SIGCONT);
    this.#stopped = false;
  }
}
