/**
 * What an artifact was made from. Two requests with equal identities share one artifact; any difference means a
 * preparation of its own.
 */
export type ArtifactIdentity = {
  /** blake2-256 of the code as given, hex. */
  codeHash: string;
  /** Hash of the executor params that change the artifact, hex. */
  prepHash: string;
  /** Of the worker programs, their engine and this machine's CPU, hex; see `engineIdentity`. */
  engine: string;
};

/** Key of an identity within one host, whose engine is fixed. */
export function artifactKey(identity: Pick<ArtifactIdentity, 'codeHash' | 'prepHash'>): string {
  return `${identity.codeHash}.${identity.prepHash}`;
}

/** Of the 64 digits, enough to tell engines apart; a file name has at most 255 bytes (NAME_MAX). */
export const ENGINE_DIGITS = 16;
const NONCE_DIGITS = 8;

const FILE_NAME = new RegExp(
  `^([0-9a-f]{64})\\.([0-9a-f]{64})\\.([0-9a-f]{${ENGINE_DIGITS}})\\.([0-9a-f]{64})\\.[0-9a-f]{${NONCE_DIGITS}}\\.pvf$`,
);

/**
 * A file's name carries its identity and checksum, so that a later run of the host can judge it without any other
 * file; the nonce keeps a removal from hitting a newer artifact of the same identity.
 */
export function artifactFileName(identity: ArtifactIdentity, checksum: string, nonce: string): string {
  return `${identity.codeHash}.${identity.prepHash}.${identity.engine}.${checksum}.${nonce}.pvf`;
}

/** Undefined if the name is not an artifact's. */
export function parseArtifactFileName(
  name: string,
): { identity: ArtifactIdentity; checksum: string } | undefined {
  const match = FILE_NAME.exec(name);
  if (match === null) return undefined;
  const [, codeHash = '', prepHash = '', engine = '', checksum = ''] = match;
  return { identity: { codeHash, prepHash, engine }, checksum };
}
