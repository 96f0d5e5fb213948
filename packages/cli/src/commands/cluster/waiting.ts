import type { Obstacle, Run } from '@pvf/cluster';
import { oneLine } from '../../output/outcomes.ts';
import { mebibytes } from '../../output/units.ts';

const QUIET_MS = 10_000;

/** Says why nothing comes of a run, once nothing has come for a while, and again when the reason is another. */
export class Waiting {
  readonly #run: Pick<Run, 'obstacles'>;
  #tell: (line: string) => void;
  readonly #timer: NodeJS.Timeout;
  #since = performance.now();
  #told = '';
  #asking = false;

  /**
   * @param tell prints a line
   * @param quietMs how long nothing comes before it is asked why, and how often
   */
  constructor(run: Pick<Run, 'obstacles'>, tell: (line: string) => void, quietMs: number = QUIET_MS) {
    this.#run = run;
    this.#tell = tell;
    this.#timer = setInterval(() => void this.#look(quietMs), quietMs);
    this.#timer.unref();
  }

  /** Says it now, without waiting. */
  async say(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const text = await this.#run.obstacles().then(
        (obstacles) => obstacles.map(obstacleLine).join('\n'),
        (error: Error) => `the servers do not answer, or not as they should: ${oneLine(error.message)}`,
      );
      if (text !== '' && text !== this.#told) this.#tell(text);
      this.#told = text;
    } finally {
      this.#asking = false;
    }
  }

  /** Lines are printed another way from now on. */
  through(tell: (line: string) => void): void {
    this.#tell = tell;
  }

  /** Something came. */
  answered(): void {
    this.#since = performance.now();
    this.#told = '';
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(quietMs: number): Promise<void> {
    if (performance.now() - this.#since >= quietMs) await this.say();
  }
}

function obstacleLine(obstacle: Obstacle): string {
  switch (obstacle.type) {
    case 'agents': {
      const { there, needed, others } = obstacle;
      const told = others.map(({ id, version }) => `${oneLine(id)} (${oneLine(version)})`).join(', ');
      return (
        `${there === 0 ? 'no agent' : `only ${there} of ${needed} agents`} of this version at work: waiting for them (pvf cluster agent)` +
        (told === '' ? '' : `; those of other versions get nothing of it: ${told}`)
      );
    }
    case 'paused': {
      const told = obstacle.agents.map(({ id, paused }) => `${oneLine(id)}: ${oneLine(paused ?? '')}`);
      return `agents that take nothing for a while, after faults of their machines: ${told.join('; ')}`;
    }
    case 'full': {
      const { name, bytes, limit } = obstacle;
      return `the store ${name} is full (${mebibytes(bytes)} of ${mebibytes(limit)}): what does not fit waits until runs are fetched or cancelled`;
    }
  }
}
