// Hosts on the kernel at hand, whatever Landlock it has: start with it, older kernels, and see what is told.
import { release } from 'node:os';
import { landlockAbi } from '../../../packages/linux/dist/index.js';
import { hostIn } from '../unit.mjs';

export function run(report) {
  const abi = landlockAbi();
  console.log(`Linux ${release()}: Landlock ABI ${abi}`);
  for (const user of [['User=pvf'], []]) {
    const who = user.length === 0 ? 'root' : 'an ordinary user';
    const [first] = hostIn(user);
    const answers = [...new Set(first.answers ?? [])].join();
    report(`${who}: answers`, first.error ?? (answers === 'right' ? '' : answers));
    if (first.error !== undefined) continue;
    const { landlock, seccomp, changeRoot, secureClone } = first.security;
    report(
      `${who}: Landlock is told as it is`,
      landlock.available === abi > 0 ? '' : JSON.stringify(landlock),
    );
    const others = [seccomp, changeRoot, secureClone].filter(({ available }) => !available);
    report(`${who}: the other layers work`, others.map(({ reason }) => reason).join('; '));
  }
}
