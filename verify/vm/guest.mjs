// In the machine: runs one suite, which says what it looks at and whether that is as it should be.
const [suite] = process.argv.slice(2);
let failures = 0;

/** @param what in words; @param wrong empty when all is well, else what is not */
export function report(what, wrong) {
  if (wrong) failures++;
  console.log(wrong ? `FAILED ${what}: ${wrong}` : `ok     ${what}`);
}

try {
  const { run } = await import(`./suites/${suite}.mjs`);
  await run(report);
} catch (error) {
  report(suite, error.stack);
}
process.exitCode = failures === 0 ? 0 : 1;
