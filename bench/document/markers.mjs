// The parts of a Markdown page that are written by a program: from `<!-- bench: NAME -->` to `<!-- end of NAME -->`, each marker on
// a line of its own. Everything else is written by hand and stays as it is.

const BLOCK = /^<!-- bench: ([\w-]+) -->\n([\s\S]*?)^<!-- end of \1 -->$/gm;
const MARKER = /^<!-- (?:bench: |end of )[\w-]+ -->$/gm;

/** What the blocks of a page have in them now, by name. @throws Error if a marker stands alone, or twice */
export function blocksOf(page) {
  const found = [...page.matchAll(BLOCK)];
  const names = found.map(([, name]) => name);
  if (new Set(names).size < names.length) throw new Error('a block is there twice');
  const markers = found.flatMap(([block]) => block.match(MARKER)).length;
  if (markers !== 2 * found.length || markers !== (page.match(MARKER) ?? []).length)
    throw new Error('a marker of a block has no other end');
  return new Map(found.map(([, name, body]) => [name, body]));
}

/**
 * The page with its blocks written anew.
 *
 * @param {(name: string) => string | undefined} write undefined or empty: nothing between the markers
 */
export function fillBlocks(page, write) {
  blocksOf(page);
  return page.replaceAll(BLOCK, (_, name) => {
    const body = (write(name) ?? '').trim();
    return `<!-- bench: ${name} -->\n${body === '' ? '' : `\n${body}\n\n`}<!-- end of ${name} -->`;
  });
}
