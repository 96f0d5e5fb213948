import { oneLine, precheckLines } from './outcomes.ts';
import { writeOutput } from './output-file.ts';
import type { PrecheckReport } from './precheck-table.ts';

/**
 * Writes what CI systems read: a test case for each PVF, a failure with the reason, an error where nothing was decided.
 * @throws CliError OUTPUT_FILE
 */
export async function writeJunit(
  path: string,
  reports: readonly PrecheckReport[],
  strict: boolean,
): Promise<void> {
  await writeOutput(path, junit(reports, strict));
}

export function junit(reports: readonly PrecheckReport[], strict: boolean): string {
  const cases = reports.map((report) => testCase(report, strict));
  const count = (element: string) => cases.filter((each) => each.includes(`<${element} `)).length;
  const seconds = reports.reduce((sum, { outcome }) => sum + outcome.totalMs / 1000, 0).toFixed(3);
  const totals = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" time="${seconds}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="pvf precheck" ${totals}>`,
    `  <testsuite name="pvf precheck" ${totals}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase({ file, outcome, shortcomings }: PrecheckReport, strict: boolean): string {
  const [verdict, ...details] = precheckLines(outcome);
  const open = `    <testcase name="${escapeXml(file)}" classname="pvf.precheck" time="${(outcome.totalMs / 1000).toFixed(3)}">`;
  const warnings = shortcomings.map((text) => `warning: ${text}`);
  const body: string[] = [];
  if (outcome.kind === 'failed') body.push(element('failure', verdict, details));
  else if (outcome.kind !== 'ok') body.push(element('error', verdict, details));
  else if (strict && warnings.length > 0)
    body.push(element('failure', 'accepted, with warnings (--strict)', warnings));
  if (warnings.length > 0) body.push(`      <system-out>${escapeXml(warnings.join('\n'))}</system-out>`);
  return [open, ...body, '    </testcase>'].join('\n');
}

function element(name: 'failure' | 'error', message: string, details: readonly string[]): string {
  return `      <${name} message="${escapeXml(oneLine(message))}">${escapeXml(details.join('\n'))}</${name}>`;
}

/** Text of XML 1.0, which has no other control characters than these three. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\P{C}\t\n\r]/gu, '\u{fffd}')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
