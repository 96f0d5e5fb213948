import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Answer, Disagreement } from './answer.ts';

/** One request and what both sides said. */
export interface Comparison {
  id: string;
  step: 'start' | 'prepare' | 'execute';
  ours: Answer;
  theirs: Answer;
  disagreement: Disagreement | undefined;
}

/** Longest excerpt of a text or result in the report, in characters. */
const EXCERPT = 240;

/** Prints differences as they come, keeps counts, and writes JSON lines if asked to. */
export class Report {
  readonly #json: NodeJS.WritableStream | undefined;
  readonly #byVariant = new Map<string, number>();
  readonly #byGroup = new Map<string, { cases: number; differences: number }>();
  readonly #differences = new Map<Disagreement, number>();
  #cases = 0;

  constructor(json: string | undefined) {
    if (json !== undefined) this.#json = json === '-' ? process.stdout : createWriteStream(json);
  }

  get cases(): number {
    return this.#cases;
  }

  get differences(): number {
    return [...this.#differences.values()].reduce((sum, count) => sum + count, 0);
  }

  add(comparison: Comparison): void {
    const { id, step, ours, theirs, disagreement } = comparison;
    this.#cases++;
    const variant = `${step} ${theirs.variant}`;
    this.#byVariant.set(variant, (this.#byVariant.get(variant) ?? 0) + 1);
    const name = /^[^ /]*/.exec(id)![0];
    const group = this.#byGroup.get(name) ?? { cases: 0, differences: 0 };
    group.cases++;
    if (disagreement) group.differences++;
    this.#byGroup.set(name, group);
    this.#json?.write(
      `${JSON.stringify({ id, step, disagreement, ours: plain(ours), theirs: plain(theirs) })}\n`,
    );
    if (!disagreement) return;
    this.#differences.set(disagreement, (this.#differences.get(disagreement) ?? 0) + 1);
    console.error(
      `DIFFERENCE (${disagreement}) ${step} ${id}\n  ours:   ${line(ours)}\n  theirs: ${line(theirs)}`,
    );
  }

  summary(seconds: number): string {
    const lines = [`${this.#cases} cases in ${seconds.toFixed(0)} s, ${this.differences} differences`, ''];
    lines.push('| group | cases | differences |', '|---|--:|--:|');
    for (const [name, group] of this.#byGroup)
      lines.push(`| ${name} | ${group.cases} | ${group.differences} |`);
    lines.push('', "| the reference's answer | cases |", '|---|--:|');
    for (const [variant, count] of [...this.#byVariant].sort()) lines.push(`| ${variant} | ${count} |`);
    if (this.differences > 0) {
      lines.push('', '| difference in | cases |', '|---|--:|');
      for (const [kind, count] of this.#differences) lines.push(`| ${kind} | ${count} |`);
    }
    return lines.join('\n');
  }

  async close(): Promise<void> {
    const stream = this.#json;
    if (stream === undefined || stream === process.stdout) return;
    await new Promise<void>((resolve) => (stream as WriteStream).end(resolve));
  }
}

function plain({ variant, verdict, result, size, text }: Answer): Record<string, unknown> {
  return {
    variant,
    verdict,
    size,
    text: text.slice(0, EXCERPT),
    ...(result && {
      resultSha256: createHash('sha256').update(result).digest('hex'),
      resultBytes: result.length,
    }),
  };
}

function line({ variant, result, size, text }: Answer): string {
  const parts = [variant];
  if (size !== undefined) parts.push(`size ${size}`);
  if (result)
    parts.push(`result ${Buffer.from(result).toString('hex').slice(0, EXCERPT)} (${result.length} bytes)`);
  if (text) parts.push(JSON.stringify(text.slice(0, EXCERPT)));
  return parts.join(', ');
}
