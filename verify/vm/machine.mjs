// Boots the system with a copy of this checkout as second disk, for one suite. Nothing is written to either disk.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeDisk } from './system.mjs';

const CHECKOUT = resolve(import.meta.dirname, '../..');
/** What no suite needs. */
const LEFT_OUT = ['.git', '.pvf-cache', '.turbo'];
const CHECKOUT_MIB = 1800;
const MEMORY_MIB = 4096;
const PROCESSORS = 2;
/** Everything is emulated; a suite that hangs must not do so for ever. */
const LIMIT_MS = 90 * 60_000;

/** @returns whether the suite said that all is well */
export async function runSuite({ cache, root, disk }, kernel, suite) {
  const checkout = join(cache, `checkout-${process.pid}.img`);
  const report = join(cache, `report-${process.pid}`);
  const console_ = join(cache, 'console.log');
  try {
    copyCheckout(cache, checkout);
    const boot = join(root, 'boot');
    const qemu = spawn(
      'qemu-system-x86_64',
      [
        ...['-accel', 'tcg', '-cpu', 'max', '-smp', `${PROCESSORS}`, '-m', `${MEMORY_MIB}`],
        ...['-display', 'none', '-nodefaults', '-no-reboot', '-nic', 'none'],
        ...['-kernel', join(boot, `vmlinuz-${kernel}`), '-initrd', join(boot, `initrd.img-${kernel}`)],
        ...['-append', `root=/dev/vda rw console=ttyS0 quiet pvf.checkout=${CHECKOUT} pvf.suite=${suite}`],
        ...['-drive', `file=${disk},if=virtio,format=raw,snapshot=on`],
        ...['-drive', `file=${checkout},if=virtio,format=raw,snapshot=on`],
        ...['-serial', `file:${console_}`, '-serial', `file:${report}`],
      ],
      { stdio: ['ignore', 'inherit', 'inherit'], timeout: LIMIT_MS, killSignal: 'SIGKILL' },
    );
    await once(qemu, 'exit');
    const said = existsSync(report) ? readFileSync(report, 'utf8') : '';
    process.stdout.write(said);
    const well = /^exit status 0\s*$/m.test(said);
    if (!/^exit status \d+/m.test(said)) console.log(`the machine ended without a result; see ${console_}`);
    return well;
  } finally {
    rmSync(checkout, { force: true });
    rmSync(report, { force: true });
  }
}

/** By links: a copy of what it is now takes no room and hardly any time. */
function copyCheckout(cache, file) {
  const staging = join(cache, `checkout-${process.pid}`);
  mkdirSync(staging);
  try {
    const entries = readdirSync(CHECKOUT).filter((name) => !LEFT_OUT.includes(name));
    execFileSync('cp', ['-al', ...entries.map((name) => join(CHECKOUT, name)), staging]);
    makeDisk(staging, file, CHECKOUT_MIB);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
