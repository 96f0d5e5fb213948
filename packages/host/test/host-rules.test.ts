// The table of host rules in docs/exactness.md names a test for each rule.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const page = readFileSync(new URL('../../../docs/exactness.md', import.meta.url), 'utf8');
const [, section = ''] = page.split('\n## Host rules\n');
const rows = (section.split('\n## ')[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| rule |'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));

it('there are rules', () => {
  expect(rows.length).toBeGreaterThan(30);
});

it.each(rows)('%s', (_, from, here, test) => {
  expect(from).toMatch(/^(reference|seed|ours)$/);
  expect(here).not.toBe('');
  const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(test ?? '') ?? [];
  const source = readFileSync(new URL(file, import.meta.url), 'utf8');
  // Within quotation marks: a title, of a test or of a group of them.
  const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  expect(source).toMatch(new RegExp(`['\`"][^'\`"\\n]*${escaped}`));
  expect(title.length).toBeGreaterThan(8);
});
