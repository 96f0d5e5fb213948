import { ProblemError } from '../problem.ts';

/** Of the headers of one part, bytes. */
const MAX_HEADER_BYTES = 4_096;
const MAX_PARTS = 8;

/**
 * The parts of a multipart/form-data body (RFC 7578) by name, as views into it. The body is in memory as a whole, because
 * the host takes a PoV so; searching it for the boundary takes a tenth of a millisecond for each MB, where parsers of
 * streams take one or more and hold up everything else meanwhile.
 * @throws ProblemError BAD_MULTIPART
 */
export function partsOf(body: Uint8Array, contentType: string): Map<string, Uint8Array> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const boundary = boundaryOf(contentType);
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const parts = new Map<string, Uint8Array>();
  // The first delimiter has no line before it.
  if (!bytes.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2)))
    throw bad('it does not begin with its boundary');
  let at = delimiter.length - 2;
  for (;;) {
    const after = bytes.toString('latin1', at, at + 2);
    if (after === '--') return parts;
    if (after !== '\r\n') throw bad('a boundary is followed by something else than a line break');
    if (parts.size === MAX_PARTS) throw bad(`it has more than ${MAX_PARTS} parts`);
    const headersEnd = bytes.indexOf('\r\n\r\n', at, 'latin1');
    if (headersEnd === -1 || headersEnd - at > MAX_HEADER_BYTES)
      throw bad('the headers of a part do not end');
    const end = bytes.indexOf(delimiter, headersEnd + 2);
    if (end === -1) throw bad('a part does not end with the boundary; was the body cut off?');
    const name = nameOf(bytes.toString('utf8', at + 2, headersEnd));
    if (parts.has(name)) throw bad(`the part ${name} comes twice`);
    parts.set(name, body.subarray(Math.min(headersEnd + 4, end), end));
    at = end + delimiter.length;
  }
}

/** RFC 2046: 1 to 70 characters. */
function boundaryOf(contentType: string): string {
  const match = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw bad('the content type names no boundary');
  return boundary;
}

function nameOf(headers: string): string {
  for (const line of headers.split('\r\n')) {
    if (!/^content-disposition\s*:\s*form-data\s*;/i.test(line)) continue;
    const name = /;\s*name=(?:"([^"]*)"|([^\s;"]+))/i.exec(line);
    if (name !== null) return name[1] ?? name[2] ?? '';
  }
  throw bad('a part has no content-disposition with a name');
}

function bad(reason: string): ProblemError {
  return new ProblemError('BAD_MULTIPART', `the body is not multipart/form-data: ${reason}`);
}
