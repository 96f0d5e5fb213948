export const HELP = `sandbox-linux: run programs in a sandbox of Landlock, seccomp and namespaces; no root, no setuid.

  sandbox-linux probe [--json]
      Which layers this machine has, why others are missing, and what helps.

  sandbox-linux --version

  sandbox-linux run [OPTIONS] -- PROGRAM [ARGUMENTS]
      Runs PROGRAM and says afterwards on standard error what stopped it.

Begin with
  --preset NAME        node, python or build: the working directory may be written, the home directory is empty
  --policy FILE        a policy as JSON, as in the API (README); options come on top

Files (all else does not exist)
  --ro PATH            may be read and executed, with everything beneath; repeatable
  --rw PATH            may be read and written; repeatable
  --bind FROM:TO       puts FROM at TO, to be read and executed; --bind-rw to be written; repeatable
  --private PATH       an empty directory of its own, gone at the end, as /tmp, /var/tmp and /dev/shm are; repeatable
  --hide PATH          does not exist inside (within --rw paths: is empty); repeatable
  --visible            other paths exist, and are refused
  --no-system          without the system's programs, libraries and harmless devices, and PROGRAM's own files
  --root DIR           DIR becomes /
Network
  --net none           no sockets (default)
  --net host           no restriction
  --net LIST           of connect:PORT, bind:PORT (TCP), udp, unix; e.g. connect:443,udp
Limits (of all processes together)
  --mem 512M           memory
  --cpu 10s            CPU time
  --wall 1m            wall time
  --pids 100           processes and threads (of each user; root is exempt)
  --files 256          open files per process
  --file-size 1G       of each file written
System calls
  --deny LIST          beside the default groups: names or groups such as @exec; repeatable
  --on-violation WHAT  refuse (default: the call fails, and is counted) or kill
Else
  --env NAME[=VALUE]   passes or sets a variable; repeatable. --env-all passes all
  --user UID[:GID]     as root: runs as this user
  --best-effort        goes on without layers that the machine lacks, and says so
  --json FILE          writes how it ended to FILE ("-" for standard error)
  --quiet              says nothing when PROGRAM exits with 0

Exit status: PROGRAM's own; 124 a limit, 125 the sandbox could not be made, 126 PROGRAM cannot be executed,
127 it does not exist, 128 + n signal n (159: a forbidden system call).
`;
