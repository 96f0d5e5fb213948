/** Writable xor executable: taking the write permission from all code of this process. */
export { type LockedMemory, lockExecutableMemory, openOwnMaps } from './lock.ts';
