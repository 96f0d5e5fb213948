import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { ClusterError } from '../errors.ts';

const LENGTH_BYTES = 4;

/** Bytes behind a head of JSON: the head's length (u32, big endian), the head, the bytes. */
export function packMessage(head: object, bytes: Uint8Array = new Uint8Array()): Uint8Array {
  const json = Buffer.from(JSON.stringify(head));
  const message = Buffer.allocUnsafe(LENGTH_BYTES + json.length + bytes.length);
  message.writeUInt32BE(json.length, 0);
  json.copy(message, LENGTH_BYTES);
  message.set(bytes, LENGTH_BYTES + json.length);
  return message;
}

/** @throws ClusterError BAD_RECORD */
export function unpackMessage(what: string, message: Uint8Array): { head: unknown; bytes: Uint8Array } {
  const buffer = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const length = buffer.length < LENGTH_BYTES ? Number.NaN : buffer.readUInt32BE(0);
  const end = LENGTH_BYTES + length;
  if (!(end <= buffer.length)) throw badRecord(what, 'it is cut off');
  return {
    head: parseJson(what, buffer.subarray(LENGTH_BYTES, end)),
    bytes: new Uint8Array(buffer.buffer, buffer.byteOffset + end, buffer.length - end),
  };
}

/** @throws ClusterError BAD_RECORD */
export function parseJson(what: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badRecord(what, 'it is not JSON');
  }
}

/** A checker that believes nothing: whatever the schema does not name is refused. */
export function checker<S extends TSchema>(what: string, schema: S): (value: unknown) => Static<S> {
  const compiled = Compile(schema);
  return (value) => {
    if (compiled.Check(value)) return value as Static<S>;
    const [first] = compiled.Errors(value);
    const at = first?.instancePath || 'it';
    throw badRecord(what, `${at} ${first?.message ?? 'is wrong'}`.slice(0, 200));
  };
}

export function badRecord(what: string, why: string): ClusterError<'BAD_RECORD'> {
  return new ClusterError(
    'BAD_RECORD',
    { what },
    `${what} from the cluster is not what it should be: ${why}`,
  );
}
