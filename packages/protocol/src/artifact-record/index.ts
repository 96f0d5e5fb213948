/**
 * What an artifact was made from, as the last bytes of its file: written by the prepare worker behind what its job has
 * sent, so that no job can say it, and looked at by the host before it uses a file of an earlier run.
 */
const MAGIC = Uint8Array.of(0x50, 0x56, 0x46, 0x2d, 0x52, 0x45, 0x43, 0x01);
const HASH_BYTES = 32;

/** Length of an {@link artifactRecord} in bytes. */
export const ARTIFACT_RECORD_BYTES = 2 * HASH_BYTES + MAGIC.length;

/**
 * @param codeHash blake2-256 of the code as given, 32 bytes
 * @param prepHash of the executor params that matter to preparation, 32 bytes; see `paramsPrepHash`
 */
export function artifactRecord(codeHash: Uint8Array, prepHash: Uint8Array): Uint8Array {
  if (codeHash.length !== HASH_BYTES || prepHash.length !== HASH_BYTES)
    throw new RangeError(`hashes have ${HASH_BYTES} bytes`);
  const record = new Uint8Array(ARTIFACT_RECORD_BYTES);
  record.set(codeHash);
  record.set(prepHash, HASH_BYTES);
  record.set(MAGIC, 2 * HASH_BYTES);
  return record;
}

/** Whether a file ends with just this record. */
export function hasArtifactRecord(file: Uint8Array, record: Uint8Array): boolean {
  const end = file.subarray(-ARTIFACT_RECORD_BYTES);
  return end.length === record.length && record.every((byte, index) => byte === end[index]);
}

/** The file without its record; the whole file if it has none. */
export function withoutArtifactRecord(file: Uint8Array): Uint8Array {
  const magic = file.subarray(-MAGIC.length);
  const has = file.length >= ARTIFACT_RECORD_BYTES && MAGIC.every((byte, index) => byte === magic[index]);
  return has ? file.subarray(0, -ARTIFACT_RECORD_BYTES) : file;
}
