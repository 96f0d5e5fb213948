// What a validation answered, and whether it is what was expected, to the byte.

/** One word or two for an outcome of PvfHost.validate. */
export function verdictOf(outcome) {
  if (outcome.kind !== 'invalid') return outcome.kind;
  return outcome.rule === 'refused-by-pvf'
    ? 'invalid'
    : outcome.rule === 'pov-decompression'
      ? 'bad PoV'
      : outcome.rule;
}

/** Undefined if the outcome is the expected one, else what differs. */
export function differenceFrom(expected, outcome) {
  const verdict = verdictOf(outcome);
  const vote = expected.verdict === 'valid' ? 'for' : 'against';
  if (verdict === expected.verdict && outcome.vote !== vote) return `vote ${outcome.vote}, expected ${vote}`;
  if (verdict !== expected.verdict)
    return `verdict ${verdict}${outcome.message ? `: ${outcome.message}` : ''}`;
  if (verdict !== 'valid') return undefined;
  const want = encodeResult(expected);
  return want.equals(outcome.resultBytes)
    ? undefined
    : `result ${hex(outcome.resultBytes)}, expected ${hex(want)}`;
}

/**
 * SCALE of a ValidationResult without new code and messages. Written out, so that the comparison does not depend on the
 * codecs that produced the answer.
 */
function encodeResult({ head, downward, watermark }) {
  const prefix = head.length < 64 ? [head.length << 2] : [((head.length << 2) | 1) & 0xff, head.length >> 6];
  const end = Buffer.alloc(11);
  end.writeUInt32LE(downward, 3);
  end.writeUInt32LE(watermark, 7);
  return Buffer.concat([Buffer.from(prefix), head, end]);
}

function hex(bytes) {
  return Buffer.from(bytes).toString('hex');
}
