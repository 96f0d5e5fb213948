/** What ordinary programs need of a Linux system to start: libraries, programs, name lookup, harmless devices. */

/** May be read and executed. */
export const SYSTEM_EXECUTE_PATHS: readonly string[] = [
  '/bin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/sbin',
  '/usr',
  '/nix/store',
  '/gnu/store',
];

/** May be read. Of /etc only what holds no secrets, root's view included. */
export const SYSTEM_READ_PATHS: readonly string[] = [
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/fonts',
  '/etc/group',
  '/etc/gai.conf',
  '/etc/host.conf',
  '/etc/hosts',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/mime.types',
  '/etc/nsswitch.conf',
  '/etc/os-release',
  '/etc/passwd',
  '/etc/pki/tls/certs',
  '/etc/pki/ca-trust',
  '/etc/protocols',
  '/etc/resolv.conf',
  '/etc/services',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
  '/etc/terminfo',
  '/etc/timezone',
  '/run/systemd/resolve/stub-resolv.conf',
  '/sys/devices/system/cpu',
];

/** May be read and written: devices without memory or side effects. */
export const SYSTEM_DEVICES: readonly string[] = [
  '/dev/full',
  '/dev/null',
  '/dev/random',
  '/dev/tty',
  '/dev/urandom',
  '/dev/zero',
];

/** The process table. */
export const PROCESS_TABLE = '/proc';

/** What of a foreign process table shows no other process. */
export const OWN_PROCESS_PATHS: readonly string[] = [
  '/proc/cpuinfo',
  '/proc/filesystems',
  '/proc/loadavg',
  '/proc/meminfo',
  '/proc/self',
  '/proc/stat',
  '/proc/sys/vm/overcommit_memory',
  '/proc/version',
];

/** Where programs expect to write for a while. */
export const TEMPORARY_DIRECTORIES: readonly string[] = ['/tmp', '/var/tmp', '/dev/shm'];
