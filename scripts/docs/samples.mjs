// The code and commands in the repository's Markdown files.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FENCE = /^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;
/** What the text around a sample supplies, in the comment on the line above it: `<!-- given: declare const … -->`. */
const GIVEN = /<!-- given: ((?:(?!-->)[\s\S])*) -->\n\s*$/;

/** Absolute folder → all fenced blocks of its tracked Markdown files. */
export function samplesOf(root) {
  return pagesOf(root).flatMap(({ file, text }) => samplesIn(file, text));
}

/** Absolute folder → its tracked Markdown files, `{ file, text }`. */
export function pagesOf(root) {
  const files = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
    .split('\0')
    .filter((file) => file !== '');
  return files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
}

/** @returns `{ file, line, language, code, given }` of each fenced block; `line` is that of the fence, from 1 */
export function samplesIn(file, text) {
  return [...text.matchAll(FENCE)].map(({ index, 1: indent, 2: language, 3: body }) => {
    const before = text.slice(0, index);
    return {
      file,
      line: before.split('\n').length,
      language,
      code: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      given: GIVEN.exec(before)?.[1] ?? '',
    };
  });
}

/** The commands of a shell block, one a line: continuations joined, comments, prompts and output dropped. */
export function commandsOf(code) {
  return code
    .replaceAll(/ *\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** The commands in running text and tables, `{ file, line, command }`: what stands in backticks and begins with a program. */
export function inlineCommandsOf(file, text) {
  const outside = text.replaceAll(FENCE, (block) => block.replaceAll(/[^\n]/g, ''));
  return [...outside.matchAll(/`((?:npm|npx|node|pnpm) [^`]+)`/g)].map(({ index, 1: command }) => ({
    file,
    line: outside.slice(0, index).split('\n').length,
    command,
  }));
}
