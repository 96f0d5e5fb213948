import { createSharedPage } from '@pvf/linux';

const TEXT_OFFSET = 64;

/**
 * A page that the sandbox's init and the program-to-be share: what the latter has to say where no system call may be
 * made any more. Written by trusted code only: exec replaces the mapping.
 */
export class SharedState {
  readonly #words: Int32Array;
  readonly #text: Uint8Array;

  constructor() {
    const buffer = createSharedPage();
    this.#words = new Int32Array(buffer, 0, 5);
    this.#text = new Uint8Array(buffer, TEXT_OFFSET);
  }

  /** Descriptor of the filter's listener, in the table shared with init. */
  get listener(): number | undefined {
    const value = this.#words[0] as number;
    return value === 0 ? undefined : value - 1;
  }

  set listener(fd: number) {
    this.#words[0] = fd + 1;
  }

  /** errno of an execve that was refused; 0 before. */
  get execErrno(): number {
    return this.#words[1] as number;
  }

  set execErrno(errno: number) {
    this.#words[1] = errno;
  }

  /** Nobody supervises the filter. */
  get unsupervised(): boolean {
    return this.#words[3] !== 0;
  }

  set unsupervised(yes: boolean) {
    this.#words[3] = yes ? 1 : 0;
  }

  /** All that was to be done before the program could be executed has been done. */
  get executing(): boolean {
    return this.#words[4] !== 0;
  }

  set executing(yes: boolean) {
    this.#words[4] = yes ? 1 : 0;
  }

  /** Why the program could not even be tried. */
  get failure(): string {
    return Buffer.from(this.#text.slice(0, this.#words[2])).toString();
  }

  set failure(text: string) {
    const bytes = Buffer.from(text).subarray(0, this.#text.length);
    this.#text.set(bytes);
    this.#words[2] = bytes.length;
  }
}
