import { createHash } from 'node:crypto';

/**
 * What an artifact was made from. Two requests with equal identities share one artifact; any difference means a
 * preparation of its own.
 */
export interface ArtifactIdentity {
  /** blake2-256 of the code as given, hex. */
  codeHash: string;
  /** Hash of the executor params that change the artifact, hex. */
  prepHash: string;
  /** Of the worker programs, their engine and this machine's CPU, hex; see `engineIdentity`. */
  engine: string;
}

/** Key of an identity within one host, whose engine is fixed. */
export function artifactKey(identity: Pick<ArtifactIdentity, 'codeHash' | 'prepHash'>): string {
  return `${identity.codeHash}.${identity.prepHash}`;
}

/** Of the 64 digits, enough to tell engines apart; a file name has at most 255 bytes (NAME_MAX). */
export const ENGINE_DIGITS = 16;
const NONCE_DIGITS = 8;

const RECORD_DIGITS = 16;

const FILE_NAME = new RegExp(
  `^([0-9a-f]{64})\\.([0-9a-f]{64})\\.([0-9a-f]{${ENGINE_DIGITS}})\\.([0-9a-f]{64})` +
    `\\.([0-9a-f]{${NONCE_DIGITS}})(?:\\.([0-9a-f]{${RECORD_DIGITS}}))?\\.pvf$`,
);

/**
 * Who writes down what an artifact was made from: our prepare worker does, in the file itself; for the programs of
 * others, whose files are what they are, the host does, in the name.
 */
export type RecordedBy = 'worker' | 'host';

/**
 * A file's name carries its identity and checksum, so that a later run of the host can judge it without any other
 * file; the nonce keeps a removal from hitting a newer artifact of the same identity. With a record of the host, a
 * name that was put together from parts of others is recognised.
 */
export function artifactFileName(
  identity: ArtifactIdentity,
  checksum: string,
  nonce: string,
  recordedBy: RecordedBy = 'worker',
): string {
  const plain = `${identity.codeHash}.${identity.prepHash}.${identity.engine}.${checksum}.${nonce}`;
  return recordedBy === 'worker' ? `${plain}.pvf` : `${plain}.${recordOf(plain)}.pvf`;
}

function recordOf(plain: string): string {
  return createHash('sha256').update(plain).digest('hex').slice(0, RECORD_DIGITS);
}

/**
 * Undefined if the name is not an artifact's. `recorded`: it has a record of the host, and the right one.
 */
export function parseArtifactFileName(
  name: string,
): { identity: ArtifactIdentity; checksum: string; recorded: boolean } | undefined {
  const match = FILE_NAME.exec(name);
  if (match === null) return undefined;
  const [, codeHash = '', prepHash = '', engine = '', checksum = '', nonce = '', record] = match;
  const identity = { codeHash, prepHash, engine };
  const recorded = record !== undefined && name === artifactFileName(identity, checksum, nonce, 'host');
  return { identity, checksum, recorded };
}
