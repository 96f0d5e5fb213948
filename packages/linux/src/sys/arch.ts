import { NATIVE_ARCHITECTURE } from './syscalls.ts';

// arch/arm64/include/uapi/asm/fcntl.h swaps O_DIRECTORY/O_DIRECT and O_NOFOLLOW/O_LARGEFILE.
export const O_DIRECTORY = NATIVE_ARCHITECTURE === 'arm64' ? 0o40000 : 0o200000;
export const O_NOFOLLOW = NATIVE_ARCHITECTURE === 'arm64' ? 0o100000 : 0o400000;
