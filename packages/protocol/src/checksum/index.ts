/**
 * blake2-256, the hash by which the chain names everything, and twox-256.
 *
 * The latter is the checksum by which host and workers know an artifact. xxHash64 comes as a WebAssembly module of our own
 * (assembly/twox256.ts): the published ones start asynchronously, which neither a synchronous worker nor a
 * single-file program can wait for; going over the bytes once for all four seeds is a little faster, too.
 */
export { blake2b256 } from './blake2b256.ts';
export { artifactChecksum } from './twox256.ts';
