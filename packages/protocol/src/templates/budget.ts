/** Uses are counted over about this many candidates per artifact; then all counts are halved, so that old ones fade. */
const USES_PER_ARTIFACT = 16;
const LEAST_PERIOD = 512;
/** Whoever takes another's place must have been used this much more often; one more use is chance. */
const ADVANTAGE = 1.5;
/** What a template holds besides what lies in its artifact's file, in bytes; measured, and rounded up. */
const TEMPLATE_BYTES = 8 * 1024 * 1024;

/** Templates of one worker, however much memory there is: each is a process, and its job another. */
export const MAX_TEMPLATES = 256;

/** What a template of an artifact is taken to hold, before it is made; bytes. */
export function templateBytes(artifactBytes: number): number {
  return artifactBytes + TEMPLATE_BYTES;
}

export interface BudgetLimits {
  /** Memory of all templates, in bytes. */
  readonly bytes: number;
  /** How many may be held at once. */
  readonly templates: number;
  /** The candidate of an artifact with which it is loaded ahead at the earliest: the first (1) or a later one. */
  readonly fromUse: number;
}

/**
 * Which artifacts are worth a template. Every one is while there is room. When there is none, an artifact gets the place
 * of others only if it is used clearly more often than each of them: of candidates that come once, or in an order in
 * which no choice is better than another, none costs a loaded template.
 *
 * The worker asks it before it loads anything; a host that asks it in the same order knows what its workers have loaded.
 */
export class TemplateBudget {
  readonly #limits: BudgetLimits;
  /** Bytes by artifact, the least recently used first. */
  readonly #held = new Map<string, number>();
  readonly #uses = new Map<string, number>();
  #heldBytes = 0;
  #sinceHalved = 0;

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
  }

  /** What all held templates take together, in bytes. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Templates that are held. */
  get size(): number {
    return this.#held.size;
  }

  /** Whether the template of this key is held. */
  holds(key: string): boolean {
    return this.#held.has(key);
  }

  /** A candidate of this artifact has come. */
  use(key: string): void {
    this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1);
    const bytes = this.#held.get(key);
    if (bytes !== undefined) {
      this.#held.delete(key);
      this.#held.set(key, bytes);
    }
    this.#sinceHalved += 1;
    if (this.#sinceHalved >= Math.max(LEAST_PERIOD, USES_PER_ARTIFACT * this.#uses.size)) this.#halve();
  }

  /** The artifacts whose templates have to end for this one's; `undefined` when it is not worth that. */
  placeFor(key: string, bytes: number): string[] | undefined {
    const uses = this.#uses.get(key) ?? 0;
    if (uses < this.#limits.fromUse || bytes > this.#limits.bytes || this.#limits.templates < 1)
      return undefined;
    let tooMany = this.#held.size + 1 - this.#limits.templates;
    let tooMuch = this.#heldBytes + bytes - this.#limits.bytes;
    if (tooMany <= 0 && tooMuch <= 0) return [];
    const given: string[] = [];
    for (const [other, otherUses, otherBytes] of this.#rarestFirst()) {
      if (uses <= ADVANTAGE * otherUses) return undefined;
      given.push(other);
      tooMany -= 1;
      tooMuch -= otherBytes;
      if (tooMany <= 0 && tooMuch <= 0) return given;
    }
    return undefined;
  }

  /** A template was made, or was found to hold so much. */
  hold(key: string, bytes: number): void {
    this.drop(key);
    this.#held.set(key, bytes);
    this.#heldBytes += bytes;
  }

  /** A template ended, whatever the reason. */
  drop(key: string): void {
    this.#heldBytes -= this.#held.get(key) ?? 0;
    this.#held.delete(key);
  }

  #rarestFirst(): [key: string, uses: number, bytes: number][] {
    return [...this.#held]
      .map(([key, bytes]): [string, number, number] => [key, this.#uses.get(key) ?? 0, bytes])
      .sort(([, a], [, b]) => a - b);
  }

  #halve(): void {
    this.#sinceHalved = 0;
    for (const [key, uses] of this.#uses) {
      if (uses > 1) this.#uses.set(key, uses / 2);
      else this.#uses.delete(key);
    }
  }
}
