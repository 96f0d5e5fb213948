import { jetstream, jetstreamManager, RetentionPolicy } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { connect, type NatsConnection } from '@nats-io/transport-node';

const STREAM = 'BENCH';
const RESULT_BYTES = 600;

/**
 * What the servers alone take for a candidate's bytes, with nothing of this package: the message with them is written to a stream
 * and read from it, a small one is written back and read. Larger PoVs are written to an object store and read from it, too.
 */
export class Transfer {
  readonly #nc: NatsConnection;

  private constructor(nc: NatsConnection) {
    this.#nc = nc;
  }

  static async open(servers: string): Promise<Transfer> {
    return new Transfer(await connect({ servers: servers.replaceAll('nats://', '').split(',') }));
  }

  /** Milliseconds, one after another. @param inline whether the PoV goes along with the message */
  async measure(bytes: number, inline: boolean, count: number): Promise<number[]> {
    const js = jetstream(this.#nc);
    const jsm = await jetstreamManager(this.#nc);
    await jsm.streams.add({ name: STREAM, subjects: ['bench.>'], retention: RetentionPolicy.Workqueue });
    const objects = inline ? undefined : await new Objm(js).create('BENCH_POVS');
    try {
      const readers = [];
      for (const subject of ['bench.job', 'bench.result']) {
        const durable_name = subject.replace('.', '-');
        await jsm.consumers.add(STREAM, {
          durable_name,
          filter_subject: subject,
          ack_policy: 'explicit' as never,
        });
        readers.push(await js.consumers.get(STREAM, durable_name));
      }
      const times = [];
      const pov = new Uint8Array(bytes);
      for (let index = 0; index < count; index += 1) {
        const start = performance.now();
        if (objects !== undefined) await objects.putBlob({ name: `${index}` }, pov);
        for (const [at, payload] of [
          inline ? pov : new Uint8Array(RESULT_BYTES),
          new Uint8Array(RESULT_BYTES),
        ].entries()) {
          await js.publish(at === 0 ? 'bench.job' : 'bench.result', payload);
          const message = await readers[at]?.next();
          if (at === 0 && objects !== undefined) await objects.getBlob(`${index}`);
          message?.ack();
        }
        times.push(performance.now() - start);
        await objects?.delete(`${index}`);
      }
      return times;
    } finally {
      await jsm.streams.delete(STREAM);
      await objects?.destroy();
    }
  }

  async close(): Promise<void> {
    await this.#nc.close();
  }
}
