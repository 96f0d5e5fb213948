import { ComponentError } from '../errors.ts';
import type { Place } from '../plan/plan.ts';

/** Names that the merged modules give each other. */
export function exportName({ instance, export: position }: Place): string {
  return `i${instance}e${position}`;
}

export function startName(instance: number): string {
  return `i${instance}start`;
}

/** The functions of the glue that take the place of imports that no validation function has. */
export class TrapTable {
  readonly entries: { readonly name: string; readonly label: string; readonly type: Uint8Array }[] = [];
  readonly #names = new Map<string, string>();

  /** Name of the function for `label` with a type in the binary format. */
  add(label: string, type: Uint8Array | undefined): string {
    if (type === undefined) {
      throw new ComponentError(
        'UNSUPPORTED',
        { offset: 0, what: label },
        `${label} is imported, but no function`,
      );
    }
    const key = `${label} ${type.join()}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = `trap${this.entries.length}`;
    this.#names.set(key, name);
    this.entries.push({ name, label, type });
    return name;
  }
}
