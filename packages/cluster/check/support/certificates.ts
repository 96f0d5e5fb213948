import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** Paths of PEM files. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** An authority of its own, and who it signs for. */
export class Authority {
  readonly #directory: string;
  readonly #name: string;
  readonly #own: { cert: string; key: string };

  private constructor(directory: string, name: string, own: { cert: string; key: string }) {
    this.#directory = directory;
    this.#name = name;
    this.#own = own;
  }

  static async make(directory: string, name: string): Promise<Authority> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
      ...{ keyType: 'ec', algorithm: 'sha256' },
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    const made = new Authority(directory, name, { cert, key });
    writeFileSync(made.certificate, cert);
    return made;
  }

  /** Path of its own certificate. */
  get certificate(): string {
    return join(this.#directory, `${this.#name}.crt`);
  }

  /** For 127.0.0.1, as server and as client. */
  async sign(name: string): Promise<Pair> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
      ...{ keyType: 'ec', algorithm: 'sha256', ca: this.#own },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    });
    const path = (end: string) => join(this.#directory, `${this.#name}-${name}.${end}`);
    writeFileSync(path('crt'), cert);
    writeFileSync(path('key'), key, { mode: 0o600 });
    return { cert: path('crt'), key: path('key') };
  }
}
