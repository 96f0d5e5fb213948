/**
 * The checksum by which host and workers know an artifact. xxHash64 comes as a WebAssembly module of our own
 * (assembly/twox256.ts), since the published ones start asynchronously and would go over the bytes four times.
 */
export { artifactChecksum } from './twox256.ts';
