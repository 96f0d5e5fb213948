/** How the lists in slips/ write a slip; catalogue.mjs says what the parts are. */
export function slip(name, file, find, replace, suites, rest = {}) {
  return { name, file, find, replace, suites, ...rest };
}
