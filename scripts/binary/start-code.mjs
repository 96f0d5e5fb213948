// Machine code that runs before anything else in a standalone binary. Node offers no memfd_create, and an FFI library
// can be loaded from a file only; so the file has to be there, in memory and sealed, before JavaScript starts. And a
// stack limit that is raised here counts for everything that follows.
//
//   setrlimit(RLIMIT_STACK): soft limit up to `stackBytes`, as far as the hard limit goes
//   getrlimit(each of LIMITS): below it Node hangs or crashes at its start; rather say so and
//     exit(2), "nothing was done" of `pvf`, where 1 would be a vote
//   fd = memfd_create("pvf-ffi", MFD_NOEXEC_SEAL (if known) | MFD_ALLOW_SEALING | MFD_CLOEXEC)
//   sendfile(fd, open("/proc/self/exe"), offset, length); fcntl(fd, F_ADD_SEALS, all four)
//   jump to the program's own entry point
//
// If a step fails, the descriptor is closed and the program says so when it looks for it. Position-independent; all
// registers but rax, rcx and r11 are kept: the dynamic linker passes its finaliser in rdx.

/** x86-64, one instruction per line; disassembly.test.mjs holds each against a disassembler. */
export const CODE = `
57                    push rdi
56                    push rsi
52                    push rdx
41 52                 push r10
41 50                 push r8
55                    push rbp
48 83 ec 20           sub rsp, 32
31 ff                 xor edi, edi
be 03 00 00 00        mov esi, RLIMIT_STACK
31 d2                 xor edx, edx
49 89 e2              mov r10, rsp
b8 2e 01 00 00        mov eax, SYS_prlimit64
0f 05                 syscall
85 c0                 test eax, eax
75 30                 jne limits
48 8b 05 56 01 00 00  mov rax, [stackBytes]
48 39 04 24           cmp [rsp], rax
73 23                 jae limits
48 3b 44 24 08        cmp rax, [rsp + 8]
48 0f 47 44 24 08     cmova rax, [rsp + 8]
48 89 04 24           mov [rsp], rax
31 ff                 xor edi, edi
be 03 00 00 00        mov esi, RLIMIT_STACK
48 89 e2              mov rdx, rsp
45 31 d2              xor r10d, r10d
b8 2e 01 00 00        mov eax, SYS_prlimit64
0f 05                 syscall
48 8d 2d 4e 01 00 00  limits: lea rbp, [limitTable]
8b 75 00              next: mov esi, [rbp]
85 f6                 test esi, esi
74 47                 je memory
31 ff                 xor edi, edi
31 d2                 xor edx, edx
49 89 e2              mov r10, rsp
b8 2e 01 00 00        mov eax, SYS_prlimit64
0f 05                 syscall
85 c0                 test eax, eax
75 2f                 jne enough
48 8b 45 08           mov rax, [rbp + 8]
48 39 04 24           cmp [rsp], rax
73 25                 jae enough
bf 02 00 00 00        mov edi, STDERR
48 8d 35 76 01 00 00  lea rsi, [refusal]
8b 15 11 01 00 00     mov edx, [refusalLength]
b8 01 00 00 00        mov eax, SYS_write
0f 05                 syscall
bf 02 00 00 00        mov edi, 2
b8 e7 00 00 00        mov eax, SYS_exit_group
0f 05                 syscall
48 83 c5 10           enough: add rbp, 16
eb b2                 jmp next
48 8d 3d 39 01 00 00  memory: lea rdi, [name]
be 0b 00 00 00        mov esi, MFD_NOEXEC_SEAL | MFD_ALLOW_SEALING | MFD_CLOEXEC
b8 3f 01 00 00        mov eax, SYS_memfd_create
0f 05                 syscall
85 c0                 test eax, eax
79 1b                 jns made
48 8d 3d 22 01 00 00  lea rdi, [name]
be 03 00 00 00        mov esi, MFD_ALLOW_SEALING | MFD_CLOEXEC
b8 3f 01 00 00        mov eax, SYS_memfd_create
0f 05                 syscall
85 c0                 test eax, eax
0f 88 87 00 00 00     js done
89 c5                 made: mov ebp, eax
48 8d 3d 0d 01 00 00  lea rdi, [exe]
be 00 00 08 00        mov esi, O_RDONLY | O_CLOEXEC
31 d2                 xor edx, edx
b8 02 00 00 00        mov eax, SYS_open
0f 05                 syscall
85 c0                 test eax, eax
78 63                 js drop
41 89 c0              mov r8d, eax
48 8b 05 89 00 00 00  mov rax, [offset]
48 89 04 24           mov [rsp], rax
48 8b 05 86 00 00 00  mov rax, [length]
48 89 44 24 08        mov [rsp + 8], rax
89 ef                 copy: mov edi, ebp
44 89 c6              mov esi, r8d
48 89 e2              mov rdx, rsp
4c 8b 54 24 08        mov r10, [rsp + 8]
b8 28 00 00 00        mov eax, SYS_sendfile
0f 05                 syscall
48 85 c0              test rax, rax
7e 07                 jle copied
48 29 44 24 08        sub [rsp + 8], rax
75 e0                 jne copy
44 89 c7              copied: mov edi, r8d
b8 03 00 00 00        mov eax, SYS_close
0f 05                 syscall
48 83 7c 24 08 00     cmp qword [rsp + 8], 0
75 17                 jne drop
89 ef                 mov edi, ebp
be 09 04 00 00        mov esi, F_ADD_SEALS
ba 0f 00 00 00        mov edx, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE
b8 48 00 00 00        mov eax, SYS_fcntl
0f 05                 syscall
85 c0                 test eax, eax
74 09                 je done
89 ef                 drop: mov edi, ebp
b8 03 00 00 00        mov eax, SYS_close
0f 05                 syscall
48 83 c4 20           done: add rsp, 32
5d                    pop rbp
41 58                 pop r8
41 5a                 pop r10
5a                    pop rdx
5e                    pop rsi
5f                    pop rdi
8b 05 25 00 00 00     mov eax, [entry]
ff e0                 jmp rax
`;

/** The data follows here: the code addresses it relative to itself. */
export const DATA_OFFSET = 0x180;
const INT3 = 0xcc;

/**
 * Resource (RLIMIT_FSIZE, RLIMIT_AS, RLIMIT_NOFILE) and the least that the start takes, as in packages/worker/src/worker/limits.ts;
 * a zero ends the list.
 */
export const LIMITS = [
  [1, 2 * 1024 ** 3],
  [9, 128 * 1024 ** 3],
  [7, 128],
  [0, 0],
];
const REFUSAL =
  'the limits of this process are too low: 128 GiB of address space (ulimit -v, LimitAS=), 128 open files (ulimit -n, ' +
  'LimitNOFILE=) and files of 2 GiB (ulimit -f, LimitFSIZE=) are needed\n';

/**
 * @param values bytes of stack; where in the binary's file the library lies (bytes); the program's own entry point,
 *   an address below 4 GiB
 * @returns {Buffer}
 */
export function startCode({ stackBytes, offset, length, entry }) {
  const instructions = Buffer.from(CODE.replaceAll(/ {2}.*$|\s/gm, ''), 'hex');
  if (instructions.length > DATA_OFFSET)
    throw new Error(`the start code has ${instructions.length} bytes, more than ${DATA_OFFSET}`);
  const code = Buffer.alloc(DATA_OFFSET, INT3);
  instructions.copy(code);
  const numbers = [stackBytes, offset, length, entry, REFUSAL.length, ...LIMITS.flat()];
  const data = Buffer.alloc(8 * numbers.length);
  for (const [i, value] of numbers.entries()) data.writeBigUInt64LE(BigInt(value), 8 * i);
  return Buffer.concat([code, data, Buffer.from(`pvf-ffi\0/proc/self/exe\0${REFUSAL}`, 'latin1')]);
}
