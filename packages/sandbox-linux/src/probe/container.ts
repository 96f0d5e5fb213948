import { existsSync, readFileSync } from 'node:fs';

/** The first line of a file of the kernel's, or undefined where it does not exist or may not be read. */
export function kernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** What kind of container this is, as far as it shows. */
export function containerKind(): string | undefined {
  if (existsSync('/.dockerenv')) return 'docker';
  if (existsSync('/run/.containerenv')) return 'podman';
  if (process.env.KUBERNETES_SERVICE_HOST !== undefined) return 'kubernetes';
  const groups = kernelFile('/proc/1/cgroup') ?? '';
  return /docker|kubepods|containerd|lxc/.exec(groups)?.[0];
}

/** True if a seccomp filter is on this process from outside: a container's, a service's. */
export function isFiltered(): boolean {
  return /^Seccomp:\s*2$/m.test(kernelFile('/proc/self/status') ?? '');
}
