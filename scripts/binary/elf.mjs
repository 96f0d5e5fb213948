// The little of the ELF format (x86-64, not position-independent) that the standalone binaries need.

const PT_LOAD = 1;
const PF_X = 1;
const PAGE_BYTES = 4096;
const PROGRAM_HEADER_BYTES = 56;

/** @param {Buffer} elf */
function programHeaders(elf) {
  if (elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2) throw new Error('no 64-bit ELF file');
  const [ET_EXEC, EM_X86_64] = [2, 62];
  if (elf.readUInt16LE(16) !== ET_EXEC || elf.readUInt16LE(18) !== EM_X86_64)
    throw new Error('not an x86-64 program with fixed addresses');
  const at = Number(elf.readBigUInt64LE(32));
  return Array.from({ length: elf.readUInt16LE(56) }, (_, i) => {
    const header = at + i * PROGRAM_HEADER_BYTES;
    const number = (/** @type {number} */ offset) => Number(elf.readBigUInt64LE(header + offset));
    return {
      header,
      type: elf.readUInt32LE(header),
      flags: elf.readUInt32LE(header + 4),
      offset: number(8),
      address: number(16),
      fileBytes: number(32),
      memoryBytes: number(40),
    };
  });
}

/**
 * Without the sections that are not loaded: symbols for debuggers, an eighth of Node.
 *
 * @param {Buffer} elf
 */
export function withoutSymbols(elf) {
  const end = Math.max(...programHeaders(elf).map(({ offset, fileBytes }) => offset + fileBytes));
  const stripped = Buffer.from(elf.subarray(0, end));
  stripped.writeBigUInt64LE(0n, 40);
  stripped.fill(0, 58, 64);
  return stripped;
}

/** @param {Buffer} elf */
export function entryPoint(elf) {
  return Number(elf.readBigUInt64LE(24));
}

/**
 * Puts code where the last page of an executable segment is unused, and makes it the entry point. Changes `elf`.
 *
 * @param {Buffer} elf
 * @param {Buffer} code
 */
export function startWith(elf, code) {
  const headers = programHeaders(elf);
  for (const segment of headers) {
    if (segment.type !== PT_LOAD || (segment.flags & PF_X) === 0) continue;
    if (segment.fileBytes !== segment.memoryBytes) continue;
    const start = Math.ceil((segment.offset + segment.fileBytes) / 16) * 16;
    const end = start + code.length;
    if (end > Math.ceil((segment.offset + segment.fileBytes) / PAGE_BYTES) * PAGE_BYTES) continue;
    const taken = headers.some(({ offset, fileBytes }) => offset < end && start < offset + fileBytes);
    if (taken || elf.subarray(start, end).some((byte) => byte !== 0)) continue;
    code.copy(elf, start);
    const bytes = BigInt(end - segment.offset);
    elf.writeBigUInt64LE(bytes, segment.header + 32);
    elf.writeBigUInt64LE(bytes, segment.header + 40);
    elf.writeBigUInt64LE(BigInt(segment.address + start - segment.offset), 24);
    return;
  }
  throw new Error('no executable segment of this Node has room for the start code');
}
