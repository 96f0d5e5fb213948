/** A plain base-16 trie of Substrate, for comparison: a tree of objects, encoded recursively. */

export type Hash = (data: Uint8Array) => Uint8Array;

interface Node {
  partial: number[];
  value: Uint8Array | undefined;
  children: (Node | undefined)[];
}

export function compact(n: number): Uint8Array {
  if (n < 1 << 6) return Uint8Array.of(n << 2);
  if (n < 1 << 14) return Uint8Array.of(((n << 2) | 1) & 255, n >> 6);
  return Uint8Array.of(((n << 2) | 2) & 255, (n >> 6) & 255, (n >> 14) & 255, n >> 22);
}

export function vector(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([compact(bytes.length), bytes]);
}

export function list(items: Uint8Array[]): Uint8Array {
  return Buffer.concat([compact(items.length), ...items]);
}

const nibblesOf = (key: Uint8Array): number[] => [...key].flatMap((byte) => [byte >> 4, byte & 15]);

export class ReferenceTrie {
  readonly #root: Node | undefined;
  readonly #hash: Hash;
  readonly #hashValues: boolean;
  readonly #entries: Map<string, [Uint8Array, Uint8Array]>;

  constructor(entries: [Uint8Array, Uint8Array][], hash: Hash, hashValues: boolean) {
    this.#hash = hash;
    this.#hashValues = hashValues;
    this.#entries = new Map(entries.map((entry) => [Buffer.from(entry[0]).toString('hex'), entry]));
    this.#root = build([...this.#entries.values()].map(([key, value]) => ({ path: nibblesOf(key), value })));
  }

  entries(): [Uint8Array, Uint8Array][] {
    return [...this.#entries.values()];
  }

  root(): Uint8Array {
    return this.#hash(this.#encode(this.#root));
  }

  /** The nodes on the way to a key that are not part of their parent, without what they imply. */
  proof(key: Uint8Array): Uint8Array[] {
    const nodes: Uint8Array[] = [];
    const walk = (node: Node, path: number[]): Uint8Array => {
      const rest = path.slice(node.partial.length);
      if (rest.length === 0) return this.#encode(node, { omitValue: true });
      const child = node.children[rest[0]!]!;
      const slot = nodes.length;
      const inlined = this.#encode(child).length < 32;
      if (!inlined) nodes.push(new Uint8Array(0));
      const encoded = walk(child, rest.slice(1));
      if (!inlined) nodes[slot] = encoded;
      return this.#encode(node, { child: rest[0]!, as: inlined ? encoded : new Uint8Array(0) });
    };
    nodes.push(new Uint8Array(0));
    nodes[0] = walk(this.#root!, nibblesOf(key));
    return nodes;
  }

  #encode(
    node: Node | undefined,
    change: { omitValue?: boolean; child?: number; as?: Uint8Array } = {},
  ): Uint8Array {
    if (node === undefined) return Uint8Array.of(0);
    const present = node.children.map((child) => child !== undefined);
    const branch = present.includes(true);
    const hashed = this.#hashValues && (node.value?.length ?? 0) >= 33 && !change.omitValue;
    const value = node.value !== undefined && !(branch && change.omitValue);
    const [kind, bits] = branch
      ? hashed
        ? [0x10, 4]
        : [value ? 0xc0 : 0x80, 2]
      : hashed
        ? [0x20, 3]
        : [0x40, 2];
    const parts = [header(kind!, bits!, node.partial.length), packNibbles(node.partial)];
    if (branch) {
      const bitmap = present.reduce((bits, there, i) => bits | (Number(there) << i), 0);
      parts.push(Uint8Array.of(bitmap & 255, bitmap >> 8));
    }
    if (hashed) parts.push(this.#hash(node.value!));
    else if (value) parts.push(vector(change.omitValue ? new Uint8Array(0) : node.value!));
    node.children.forEach((child, i) => {
      if (child === undefined) return;
      if (i === change.child) {
        parts.push(vector(change.as!));
        return;
      }
      const encoded = this.#encode(child);
      parts.push(vector(encoded.length < 32 ? encoded : this.#hash(encoded)));
    });
    return Buffer.concat(parts);
  }
}

function build(items: { path: number[]; value: Uint8Array }[]): Node | undefined {
  if (items.length === 0) return undefined;
  const first = items[0]!.path;
  let shared = first.length;
  for (const { path } of items) {
    let i = 0;
    while (i < shared && i < path.length && path[i] === first[i]) i++;
    shared = i;
  }
  const here = items.find(({ path }) => path.length === shared);
  return {
    partial: first.slice(0, shared),
    value: here?.value,
    children: Array.from({ length: 16 }, (_, nibble) =>
      build(
        items
          .filter(({ path }) => path.length > shared && path[shared] === nibble)
          .map(({ path, value }) => ({ path: path.slice(shared + 1), value })),
      ),
    ),
  };
}

function header(kind: number, bits: number, nibbles: number): Uint8Array {
  const max = 255 >> bits;
  if (nibbles < max) return Uint8Array.of(kind | nibbles);
  const bytes = [kind | max];
  let rest = nibbles - max;
  for (; rest >= 255; rest -= 255) bytes.push(255);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function packNibbles(nibbles: number[]): Uint8Array {
  const even = nibbles.length % 2 === 0 ? nibbles : [0, ...nibbles];
  return Uint8Array.from({ length: even.length / 2 }, (_, i) => (even[2 * i]! << 4) | even[2 * i + 1]!);
}
