// What `nsc` makes for an operator: accounts and users as signed JWTs.
import {
  createAccount,
  createOperator,
  createUser,
  encodeAccount,
  encodeOperator,
  encodeUser,
  fmtCreds,
} from '@nats-io/jwt';

const EVERYTHING = {
  subs: -1,
  data: -1,
  payload: -1,
  imports: -1,
  exports: -1,
  wildcards: true,
  conn: -1,
  leaf: -1,
};
const ALL_STORAGE = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

/** An operator with one account that has JetStream. */
export class Accounts {
  readonly #operator = createOperator();
  readonly #system = createAccount();
  readonly #account = createAccount();
  readonly #revoked: Record<string, number> = {};

  /** Lines of a server's configuration. */
  async configuration(): Promise<string> {
    const operator = await encodeOperator('check', this.#operator, {
      system_account: this.#system.getPublicKey(),
    });
    const system = await encodeAccount(
      'SYS',
      this.#system,
      { limits: EVERYTHING },
      { signer: this.#operator },
    );
    return `operator: ${operator}
system_account: ${this.#system.getPublicKey()}
resolver: MEMORY
resolver_preload: {
  ${this.#system.getPublicKey()}: ${system}
  ${await this.accountLine()}
}`;
  }

  /** The line of its account, which says who is revoked. */
  async accountLine(): Promise<string> {
    const account = { limits: { ...EVERYTHING, ...ALL_STORAGE }, revocations: this.#revoked };
    const token = await encodeAccount('PVF', this.#account, account, { signer: this.#operator });
    return `${this.#account.getPublicKey()}: ${token}`;
  }

  /** @returns a user, with what a credentials file holds. @param seconds after which it expires */
  async user(name: string, seconds?: number): Promise<{ key: string; credentials: Uint8Array }> {
    const pair = createUser();
    const expiry = seconds === undefined ? {} : { exp: Math.floor(Date.now() / 1000) + seconds };
    const token = await encodeUser(name, pair, this.#account, {}, expiry);
    return { key: pair.getPublicKey(), credentials: fmtCreds(token, pair) };
  }

  /** What was signed for the user until now counts no more; the server must be told the new line of the account. */
  revoke(key: string): void {
    this.#revoked[key] = Math.floor(Date.now() / 1000) + 1;
  }
}
