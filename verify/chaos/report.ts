import type { PrecheckOutcome, ValidationOutcome } from '@pvf/host';
import type { Truth } from './guests.ts';
import type { TroubleName } from './trouble.ts';

/** Counts what happened, and keeps what must not happen. */
export class Report {
  readonly violations: string[] = [];
  readonly #outcomes = new Map<string, number>();
  readonly #troubles = new Map<string, number>();

  add(truth: Truth, outcome: PrecheckOutcome | ValidationOutcome, violation: string | undefined): void {
    const detail = 'cause' in outcome ? ` (${outcome.cause})` : '';
    count(this.#outcomes, `${truth} → ${outcome.kind}${detail}`);
    if (violation !== undefined) this.violations.push(violation);
  }

  trouble(name: TroubleName | 'workers that are refused system calls'): void {
    count(this.#troubles, name);
  }

  violate(what: string): void {
    this.violations.push(what);
  }

  print(): void {
    for (const [title, counts] of [
      ['Trouble', this.#troubles],
      ['Outcomes', this.#outcomes],
    ] as const) {
      console.log(title);
      for (const [name, n] of [...counts].sort(([a], [b]) => a.localeCompare(b))) {
        console.log(`${String(n).padStart(8)}  ${name}`);
      }
    }
    for (const violation of this.violations) console.log(`VIOLATION ${violation}`);
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
