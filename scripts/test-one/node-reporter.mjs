// A run of Node's own test runner in which one of the paths, or the name, matched nothing fails.
import { sep } from 'node:path';
import { failureOf } from './nothing-ran.mjs';

// biome-ignore lint/style/noDefaultExport: the runner asks for one.
export default async function* nothingRan(events) {
  const ran = new Map();
  let failed = false;
  for await (const { type, data } of events) {
    if (type === 'test:fail') failed = true;
    if (type !== 'test:pass' || data.details.type === 'suite') continue;
    // Files are told of as tests too, where none of them ran.
    const isTest = data.skip === undefined && data.name !== data.file;
    const file = data.entryFile ?? data.file;
    ran.set(file, (ran.get(file) ?? 0) + Number(isTest));
  }
  const failure = failed ? undefined : failureOf(ran, sep);
  if (failure === undefined) return;
  process.exitCode = 1;
  yield `${failure}\n`;
}
