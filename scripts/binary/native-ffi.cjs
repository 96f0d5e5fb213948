// Stands in for koffi's own loader in the standalone binaries: the native library lies in the sealed memory file that
// the start code (start-code.mjs) has made before Node's main. Nothing is unpacked to a disk.
const fs = require('node:fs');

const LINK = '/memfd:pvf-ffi (deleted)';

function memoryFile() {
  for (const fd of fs.readdirSync('/proc/self/fd')) {
    try {
      if (fs.readlinkSync(`/proc/self/fd/${fd}`) === LINK) return Number(fd);
    } catch {
      // the descriptor of the listing itself
    }
  }
  throw new Error(
    'the FFI library is not in memory: this kernel or a filter refused memfd_create, or /proc/self/exe cannot be read',
  );
}

const fd = memoryFile();
const library = { exports: {} };
process.dlopen(library, `/proc/self/fd/${fd}`);
fs.closeSync(fd);
module.exports = library.exports;
