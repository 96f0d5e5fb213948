// The first sample of code in a README, as somebody would copy it into a file.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { samplesIn } from '../../scripts/docs/samples.mjs';

/** @param file README, from the root of the repository */
export function firstSample(file) {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const sample = samplesIn(file, text).find(({ language }) => language === 'ts');
  assert.ok(sample, `no sample in ${file}`);
  return sample.code;
}

/** Words of a sample that everybody has to change, such as a path. Each must be there. */
export function withOwn(code, changes) {
  return Object.entries(changes).reduce((text, [theirs, own]) => {
    assert.ok(text.includes(theirs), `the sample has no ${theirs}`);
    return text.replaceAll(theirs, own);
  }, code);
}
