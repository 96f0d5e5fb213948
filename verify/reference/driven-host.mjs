// The reference's own host as a program that takes requests (`host/src/driven.rs`), with any two worker programs.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PersistedValidationData } from '@pvf/protocol';

export class DrivenHost {
  #process;
  #directory = mkdtempSync(join(tmpdir(), 'pvf-reference-host-'));
  #pending = new Map();
  #requests = 0;
  #files = 0;
  #ended;

  /**
   * @param program `pvf-reference-host`
   * @param workers `{ prepare, execute }`, paths of worker programs of one version
   */
  constructor(program, { prepare, execute }) {
    // Its cache is a temporary folder of its own, which it leaves behind when it is killed.
    this.#process = spawn(program, [prepare, execute, '--driven'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: this.#directory },
    });
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#take(JSON.parse(line)));
    this.#ended = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.once('error', (error) => this.#fail(error));
    this.#ended.then((code) => this.#fail(new Error(`the reference's host ended with status ${code}`)));
  }

  get pid() {
    return this.#process.pid;
  }

  /** @returns the reference's name of the outcome: `Ok` or an error */
  async precheck(code) {
    return (await this.#request({ code: this.#keep(code) })).answer;
  }

  /** Tells a candidate, which is validated by the number it gets: the count of those told before. */
  async keep({ validationData, blockData }) {
    await this.#request({
      validationData: Buffer.from(PersistedValidationData.encode(validationData)).toString('hex'),
      pov: this.#keep(blockData),
    });
  }

  /** @returns `{ answer, head }`: `Ok` and the head data as hexadecimal digits, or the reference's name of the error */
  validate(pvf, candidate) {
    return this.#request({ pvf, candidate });
  }

  async stop() {
    this.#process.stdin.end();
    await this.#ended;
    rmSync(this.#directory, { recursive: true });
  }

  #keep(bytes) {
    const path = join(this.#directory, `given-${this.#files++}`);
    writeFileSync(path, bytes);
    return path;
  }

  #request(request) {
    const id = this.#requests++;
    const answer = Promise.withResolvers();
    this.#pending.set(id, answer);
    this.#process.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    return answer.promise;
  }

  #take({ id, ...answer }) {
    this.#pending.get(id).resolve(answer);
    this.#pending.delete(id);
  }

  #fail(error) {
    for (const answer of this.#pending.values()) answer.reject(error);
    this.#pending.clear();
  }
}
