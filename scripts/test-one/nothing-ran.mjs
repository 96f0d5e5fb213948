/**
 * Why a run proves nothing, or `undefined` if each path that was asked for has a test file and at least one test ran.
 *
 * @param {Map<string, number>} ran how many tests ran, by test file
 * @param {string} separator of folders
 */
export function failureOf(ran, separator) {
  const paths = JSON.parse(process.env.PVF_TEST_ONE_PATHS);
  const without = paths.filter(
    (path) => ![...ran.keys()].some((file) => file === path || file.startsWith(`${path}${separator}`)),
  );
  if (without.length > 0) return `no test was run of ${without.join(', ')}`;
  if ([...ran.values()].some((count) => count > 0)) return undefined;
  return `no test was run: no name in ${[...ran.keys()].join(', ')} matches, or all that match are skipped here`;
}
