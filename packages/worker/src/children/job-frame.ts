const HEADER_BYTES = 8;

/**
 * A job's answer: the payload of the one frame that it writes to its pipe. A view of `output`.
 *
 * @throws Error unless `output` is exactly one frame
 */
export function readJobFrame(output: Uint8Array): Uint8Array {
  if (output.length < HEADER_BYTES) throw new Error(`${output.length} bytes on the pipe`);
  const announced = new DataView(output.buffer, output.byteOffset).getBigUint64(0, true);
  const payload = output.subarray(HEADER_BYTES);
  // Which length it announces would be the job's own word.
  if (announced !== BigInt(payload.length))
    throw new Error(`a frame of another length than the ${payload.length} bytes on the pipe`);
  return payload;
}
