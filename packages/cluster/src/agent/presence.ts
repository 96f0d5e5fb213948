import type { KV } from '@nats-io/kv';
import type { Logger } from 'pino';
import { failureOf } from '../connection/index.ts';
import { ClusterError } from '../errors.ts';
import type { AgentRecord } from '../records/index.ts';
import { PRESENCE_MS, pause } from '../store/index.ts';

const EVERY_MS = 5_000;
/** An agent that was killed is forgotten after that: the one that is started in its place waits. */
const WAIT_MS = PRESENCE_MS + 10_000;

/** Says every few seconds that this agent is there. No clock of this machine matters: the server forgets. */
export class Presence {
  readonly #kv: KV;
  readonly #id: string;
  readonly #describe: () => AgentRecord;
  readonly #logger: Logger;
  readonly #onTaken: (error: ClusterError) => void;
  #revision = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(kv: KV, describe: () => AgentRecord, logger: Logger, onTaken: (error: ClusterError) => void) {
    this.#kv = kv;
    this.#describe = describe;
    this.#id = describe().id;
    this.#logger = logger;
    this.#onTaken = onTaken;
  }

  /** @throws ClusterError AGENT_ID_TAKEN, if another process with this id does not go away */
  async start(patienceMs: number = WAIT_MS): Promise<void> {
    const until = performance.now() + patienceMs;
    while (!(await this.#create())) {
      if (performance.now() > until) throw taken(this.#id);
      await pause(1_000);
    }
    this.#timer = setInterval(() => void this.#say(), EVERY_MS);
    this.#timer.unref();
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#kv.purge(this.#id).catch(() => {});
  }

  async #create(): Promise<boolean> {
    try {
      this.#revision = await this.#kv.create(this.#id, this.#text());
      return true;
    } catch (error) {
      if (failureOf(error) === 'exists') return false;
      if (failureOf(error) === 'passing') return false;
      throw error;
    }
  }

  async #say(): Promise<void> {
    try {
      this.#revision = await this.#kv.update(this.#id, this.#text(), this.#revision);
    } catch (error) {
      if (failureOf(error) !== 'exists') {
        this.#logger.debug({ error: String(error) }, 'the agent could not say that it is there');
        return;
      }
      // Forgotten, or a lost answer to the last time; or somebody else has the id now.
      const found = await this.#kv.get(this.#id).catch(() => undefined);
      if (found === undefined) return;
      if (found?.operation !== 'PUT') await this.#create().catch(() => false);
      else if (found.string().includes(this.#describe().session)) this.#revision = found.revision;
      else this.#onTaken(taken(this.#id));
    }
  }

  #text(): string {
    return JSON.stringify(this.#describe());
  }
}

function taken(id: string): ClusterError<'AGENT_ID_TAKEN'> {
  return new ClusterError(
    'AGENT_ID_TAKEN',
    { id },
    `an agent with the id ${id} is at work already: each needs an id of its own, which it keeps`,
  );
}
