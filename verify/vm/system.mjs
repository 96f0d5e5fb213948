// The machine's system: Debian by debootstrap, its cloud kernels, an ordinary user, and a unit that runs one suite.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const RELEASE = 'trixie';
/** Whose kernels have older Landlock ABIs: 2 in bookworm's, none in bullseye's. */
const OLDER = ['bookworm', 'bullseye'];
const PACKAGES = ['systemd', 'systemd-sysv', 'udev', 'kmod', 'dbus', 'initramfs-tools', 'zstd'];
const DISK_MIB = 2500;

const UNIT = `[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/pvf-suite
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS1
ExecStopPost=/bin/systemctl poweroff --no-block
TimeoutStartSec=infinity
[Install]
WantedBy=multi-user.target
`;
/** The kernel's command line says what to run; the second disk is the checkout, where it is on the machine outside. */
const RUN = `#!/bin/sh
for word in $(cat /proc/cmdline); do
  case $word in
    pvf.checkout=*) checkout=\${word#*=} ;;
    pvf.suite=*) suite=\${word#*=} ;;
  esac
done
stty -F /dev/ttyS1 raw
mkdir -p "$checkout" && mount -o ro /dev/vdb "$checkout" && cd "$checkout" || exit 1
export HOME=/root PATH="$checkout/tools/toolchain/node_modules/.bin:$PATH"
node verify/vm/guest.mjs "$suite"
echo "exit status $?"
`;

/** Makes the system unless it is there. @returns its files */
export function makeSystem(cache) {
  const system = { cache, root: join(cache, 'root'), disk: join(cache, 'rootfs.img') };
  if (existsSync(system.disk)) return system;
  mkdirSync(cache, { recursive: true });
  const { root } = system;
  rmSync(root, { recursive: true, force: true });
  console.log(`installing Debian ${RELEASE} to ${cache}, once; takes some minutes`);
  run('debootstrap', '--variant=minbase', `--include=${PACKAGES.join()}`, RELEASE, root);
  const list = join(root, 'etc/apt/sources.list');
  // The mirror that debootstrap knows.
  const mirror = /^deb (\S+) /m.exec(readFileSync(list, 'utf8'))[1];
  writeFileSync(list, [RELEASE, ...OLDER].map((release) => `deb ${mirror} ${release} main\n`).join(''));
  copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  inside(root, 'apt-get', 'update');
  inside(root, 'apt-get', 'install', '-y', '--no-install-recommends', ...newestKernels(root));
  inside(root, 'apt-get', 'clean');
  inside(root, 'useradd', '--create-home', 'pvf');
  writeFileSync(join(root, 'etc/fstab'), '/dev/vda / ext4 rw 0 1\n');
  writeFileSync(join(root, 'etc/hostname'), 'vm\n');
  writeFileSync(join(root, 'etc/machine-id'), '');
  writeFileSync(join(root, 'etc/systemd/system/pvf-suite.service'), UNIT);
  writeFileSync(join(root, 'usr/local/sbin/pvf-suite'), RUN, { mode: 0o755 });
  inside(root, 'systemctl', 'enable', 'pvf-suite.service');
  makeDisk(root, `${system.disk}.new`, DISK_MIB);
  renameSync(`${system.disk}.new`, system.disk);
  return system;
}

/** The newest cloud kernel of each release. */
function newestKernels(root) {
  const names = inside(root, 'apt-cache', 'search', '--names-only', '^linux-image-[0-9].*-cloud-amd64$')
    .split('\n')
    .map((line) => line.split(' ')[0])
    .filter((name) => name !== '');
  const newest = new Map();
  for (const name of names.sort(byVersion)) newest.set(/^linux-image-(\d+\.\d+)/.exec(name)?.[1], name);
  return [...newest.values()];
}

function byVersion(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Newest first. */
export function kernelsOf({ root }) {
  return readdirSync(join(root, 'boot'))
    .filter((name) => name.startsWith('vmlinuz-'))
    .map((name) => name.slice('vmlinuz-'.length))
    .sort(byVersion)
    .reverse();
}

/** An ext4 file system with what is in a folder. */
export function makeDisk(folder, file, mib) {
  rmSync(file, { force: true });
  run('truncate', '-s', `${mib}M`, file);
  run('mke2fs', '-q', '-F', '-t', 'ext4', '-d', folder, file);
}

function inside(root, ...command) {
  return run('chroot', root, ...command);
}

function run(program, ...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return execFileSync(program, args, {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
}
