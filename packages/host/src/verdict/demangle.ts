/** What Rust's compiler writes for characters that a symbol cannot have ("legacy" mangling of rustc). */
const ESCAPES: Readonly<Record<string, string>> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
};

/**
 * A Rust symbol of the form `_ZN4core9panicking9panic_fmt17h…E` as the path that it stands for; every other name as it
 * is. Module names are hostile: whatever does not parse to its end stays as it is, too.
 */
export function demangled(name: string): string {
  const inner = /^_ZN(.+)E$/.exec(name)?.[1];
  if (inner === undefined) return name;
  const parts: string[] = [];
  for (let at = 0; at < inner.length; ) {
    const digits = /^[1-9]\d{0,3}/.exec(inner.slice(at, at + 4))?.[0];
    if (digits === undefined) return name;
    at += digits.length;
    const length = Number(digits);
    if (at + length > inner.length) return name;
    parts.push(unescaped(inner.slice(at, at + length)));
    at += length;
  }
  return parts.join('::');
}

function unescaped(part: string): string {
  return part
    .replace(/^_(?=\$)/, '')
    .replace(/\$u([0-9a-f]{1,6})\$/g, (whole, hex: string) => {
      const code = Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/\$([A-Z]{1,2})\$/g, (whole, word: string) => ESCAPES[word] ?? whole)
    .replaceAll('..', '::');
}
