// Stands in for koffi's own loader in the standalone binaries: the native library lies in the sealed memory file that
// the start code (start-code.mjs) has made before Node's main. Nothing is unpacked to a disk.
const fs = require('node:fs');
const path = require('node:path');

const LINK = '/memfd:pvf-ffi (deleted)';
/** As the start code ends: nothing was done, the machine is not set up. */
const NOT_SET_UP = 2;

function memoryFile() {
  for (const fd of descriptors()) {
    try {
      if (fs.readlinkSync(`/proc/self/fd/${fd}`) === LINK) return Number(fd);
    } catch {
      // the descriptor of the listing itself
    }
  }
  return refuse(
    'the FFI library is not in memory: this kernel or a filter refused memfd_create, or /proc/self/exe cannot be read',
  );
}

function descriptors() {
  try {
    return fs.readdirSync('/proc/self/fd');
  } catch (error) {
    return refuse(`/proc is not mounted here or cannot be read (${error.code}); this program needs it`);
  }
}

/** One line, where an error that nobody catches would be twenty. */
function refuse(reason) {
  console.error(`${path.basename(process.argv0)}: ${reason}`);
  process.exit(NOT_SET_UP);
}

const fd = memoryFile();
const library = { exports: {} };
process.dlopen(library, `/proc/self/fd/${fd}`);
fs.closeSync(fd);
module.exports = library.exports;
