/**
 * Synchronous input and output on raw descriptors, for programs without an event loop: pipes, poll with
 * pidfds, Unix stream sockets and shared memory.
 */
export {
  closeAllDescriptorsExcept,
  closeDescriptor,
  duplicateTo,
  pipe,
  readAt,
  readFully,
  readInto,
  setCloseOnExec,
  setNonBlocking,
  unreadBytes,
  WOULD_BLOCK,
  writeAll,
} from './descriptors.ts';
export { makeDirectory, openDirectory } from './directories.ts';
export { open, readSmallFile, tryOpen, writeSmallFile } from './files.ts';
export { useHugePagesForCode } from './huge-code.ts';
export { mapPrivateFile } from './map-private.ts';
export {
  createMemfd,
  type MappedMemory,
  mapFile,
  mapMemory,
  reopenReadOnly,
  resizeFile,
  type Seal,
  sealMemfd,
  sealsOf,
  unmapMemory,
} from './memfd.ts';
export { type OpenFile, openFiles } from './open-files.ts';
export { type PollEntry, poll, sleep } from './poll.ts';
export { HUGE_PAGES_AT_ONCE_BYTES, mapScratch, useHugePages } from './scratch.ts';
export { connectUnixStream, unlink } from './unix-socket.ts';
