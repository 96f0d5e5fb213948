/**
 * Text that a guest, a file name or an error message brought along, made fit to be read. It never becomes markup, because
 * the view makes text nodes of it; here it also loses what would make it lie to the eye: control characters, overrides of
 * the direction of writing, invisible characters, towers of accents.
 */

/** What is shown of one text before somebody asks for the rest. Characters. */
export const SHOWN_CHARACTERS = 600;

/** Controls but for line ends and tabs, formats (bidi, joiners), surrogates, private and unassigned ones, separators. */
const UNSHOWABLE = /[^\P{C}\n\t]|[\u2028\u2029]/gu;

/** More marks on one letter than any language writes. */
const TOWERS = /(\p{M}{3})\p{M}+/gu;

/** The text with each character that could not be seen replaced by its number, such as `⟨202E⟩`. */
export function printable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(UNSHOWABLE, (character) => `⟨${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}⟩`)
    .replace(TOWERS, '$1⟨…⟩');
}

/** For places with a single line: names, targets, reasons in a table. */
export function oneLine(text: string, longest = 200): string {
  const line = printable(shorten(text, longest).shown).replace(/\s*\n\s*/g, ' | ');
  return line.length < text.length && text.length > longest ? `${line}…` : line;
}

/** The beginning of a text, never half of a character, and how many characters (UTF-16 units) are missing. */
export function shorten(text: string, longest = SHOWN_CHARACTERS): { shown: string; missing: number } {
  if (text.length <= longest) return { shown: text, missing: 0 };
  const last = text.charCodeAt(longest - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? longest - 1 : longest;
  return { shown: text.slice(0, end), missing: text.length - end };
}
