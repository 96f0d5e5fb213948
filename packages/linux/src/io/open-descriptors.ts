import { O_DIRECTORY } from '../sys/arch.ts';
import { AT_FDCWD, O_CLOEXEC } from '../sys/constants.ts';
import { sys3, sys6 } from '../sys/libc.ts';
import { cString, reserve } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

const entries = reserve(8192);
// struct linux_dirent64: inode, offset, u16 length of the entry, u8 type, name
const LENGTH_OFFSET = 16;
const NAME_OFFSET = 19;

/**
 * The descriptors that this process has open.
 * @param procFd a kept /proc directory, where /proc itself is gone
 * @returns undefined when /proc does not tell
 */
export function openDescriptors(procFd?: number): readonly number[] | undefined {
  const path = procFd === undefined ? '/proc/self/fd' : 'self/fd';
  const fd = sys6(NR.openat, procFd ?? AT_FDCWD, cString(path), O_DIRECTORY | O_CLOEXEC, 0, 0, 0);
  if (fd < 0) return undefined;
  const found: number[] = [];
  for (;;) {
    const bytes = sys3(NR.getdents64, fd, entries.address, entries.bytes.length);
    if (bytes < 0) {
      sys3(NR.close, fd, 0, 0);
      return undefined;
    }
    if (bytes === 0) break;
    for (let at = 0; at < bytes; at += entries.view.getUint16(at + LENGTH_OFFSET, true)) {
      const end = entries.bytes.indexOf(0, at + NAME_OFFSET);
      const name = Buffer.from(entries.bytes.subarray(at + NAME_OFFSET, end)).toString('latin1');
      if (/^\d+$/.test(name)) found.push(Number(name));
    }
  }
  sys3(NR.close, fd, 0, 0);
  return found.filter((each) => each !== fd);
}
