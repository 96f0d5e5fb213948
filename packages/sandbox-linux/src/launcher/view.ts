import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { errnoNameOf, mount, SandboxError, setMountWritable } from '@pvf/linux';
import { MS_BIND, MS_NODEV, MS_NOSUID, MS_RDONLY, MS_REC } from '@pvf/linux/constants';
import type { View, ViewEntry } from '../policy/view.ts';
import { followLinks } from './follow-links.ts';

/** Somewhere to put the new root together; what lies there outside must not be part of it. */
const SITES = ['/tmp', '/mnt', '/media', '/srv', '/opt', '/run', '/var/tmp', '/boot', '/home', '/var'];
const DEVICE_LINKS = {
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
};
const SHARED_TEMPORARY_MODE = '1777';
const OWN_DIRECTORY_MODE = '0700';
/** Files and directories in a private directory: about a quarter of its size in inodes at most. */
const BYTES_PER_INODE = 4096;
const LEAST_INODES = 1024;

interface Mounted extends ViewEntry {
  readonly real: string;
  readonly at: string;
}

const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
const depth = (path: string): number => path.split('/').filter((part) => part !== '').length;

/** A root that holds what a sandbox is given and nothing else. Everything happens in its own mount namespace. */
class Root {
  readonly #base: string;
  readonly #view: View;
  readonly #mounted: Mounted[] = [];
  readonly #hidden: readonly string[];

  constructor(base: string, view: View) {
    this.#base = base;
    this.#view = view;
    this.#hidden = view.hide.flatMap((path) => followLinks(path)?.real ?? []);
  }

  build(cwd: string): void {
    // before the place is covered: it may be in there
    const start = followLinks(cwd);
    const privateAt = this.#view.private.map((path) => ({ path, at: followLinks(path)?.real ?? path }));
    mount('tmpfs', this.#base, { type: 'tmpfs', flags: MS_NOSUID | MS_NODEV, data: 'mode=0755,size=4m' });
    const found = this.#view.entries.flatMap((entry) => {
      const source = followLinks(entry.source);
      if (source === undefined) return [];
      const own = entry.source === entry.path;
      return [
        { ...entry, links: own ? source.links : [], real: source.real, at: own ? source.real : entry.path },
      ];
    });
    const privates = privateAt.filter(({ at }) => !found.some((entry) => entry.at === at));
    const steps = [
      ...found.map((entry) => ({ at: entry.at, make: () => this.#give(entry) })),
      ...privates.map(({ path, at }) => ({ at, make: () => this.#makePrivate(path, at) })),
    ].sort((a, b) => depth(a.at) - depth(b.at));
    for (const { make } of steps) make();
    for (const { links } of found) for (const [path, text] of links) this.#link(path, text);
    for (const [name, text] of Object.entries(DEVICE_LINKS)) this.#link(`/dev/${name}`, text);
    this.#directory('/proc');
    this.#coverHidden();
    // only where it is a directory outside as well: a wrong one is still an error
    if (start !== undefined && !this.#exists(start.real)) this.#directory(start.real, true);
    for (const [path, text] of start?.links ?? []) this.#link(path, text);
    setMountWritable(this.#base, false, { recursive: true });
    for (const { at, write, optional } of this.#mounted) if (write) this.#allowWriting(at, optional);
    for (const { at } of privates) if (this.#isMountPoint(at)) setMountWritable(this.#at(at), true);
  }

  #at(path: string): string {
    return join(this.#base, path);
  }

  #exists(path: string): boolean {
    return lstatSync(this.#at(path), { throwIfNoEntry: false }) !== undefined;
  }

  #privateMounts = new Set<string>();
  #isMountPoint(path: string): boolean {
    return this.#privateMounts.has(path);
  }

  /** The entry that a path lies in, if that is more than an empty directory of ours. */
  #around(path: string): Mounted | undefined {
    const inside = this.#mounted.filter((entry) => isWithin(path, entry.at));
    const inner = inside.sort((a, b) => depth(b.at) - depth(a.at))[0];
    const own = [...this.#privateMounts]
      .filter((at) => isWithin(path, at))
      .sort((a, b) => depth(b) - depth(a))[0];
    return inner !== undefined && (own === undefined || depth(own) <= depth(inner.at)) ? inner : undefined;
  }

  /** Makes directories of ours; never inside what was bound, which would be made outside too. */
  #directory(path: string, optional = false): boolean {
    if (path === '/' || this.#exists(path)) return true;
    if (!this.#directory(dirname(path), optional)) return false;
    if (this.#around(dirname(path)) !== undefined) {
      if (optional) return false;
      throw new SandboxError(
        'INVALID_ARGUMENT',
        { argument: 'files', value: path },
        `${path} does not exist in what it would be put into; create it first`,
      );
    }
    mkdirSync(this.#at(path), { mode: 0o755 });
    return true;
  }

  #link(path: string, text: string): void {
    if (this.#exists(path) || this.#hidden.includes(path)) return;
    if (this.#directory(dirname(path), true) && this.#around(dirname(path)) === undefined)
      symlinkSync(text, this.#at(path));
  }

  #give(entry: Omit<Mounted, 'path' | 'source'> & Pick<ViewEntry, 'path' | 'source'>): void {
    const around = this.#around(entry.at);
    const same =
      around !== undefined &&
      around.at !== entry.at &&
      entry.source === entry.path &&
      around.source === around.path;
    if (this.#hidden.some((path) => path === entry.real)) return;
    // already there, with at least these rights
    if ((same || around?.at === entry.at) && (around?.write === true || !entry.write)) return;
    this.#bind(entry, entry.real, entry.at);
  }

  #bind(entry: ViewEntry, real: string, at: string): void {
    const isDirectory = statSync(real).isDirectory();
    const beneath = this.#hidden.filter((path) => path !== real && isWithin(path, real));
    if (isDirectory && beneath.length > 0 && !entry.write) {
      this.#bindWithout(entry, real, at);
      return;
    }
    if (isDirectory) this.#directory(at);
    else if (this.#directory(dirname(at)) && !this.#exists(at))
      writeFileSync(this.#at(at), '', { flag: 'wx' });
    mount(real, this.#at(at), { flags: MS_BIND | MS_REC });
    this.#mounted.push({ ...entry, real, at });
  }

  /** All that is in a directory but what is hidden: each by itself, in a directory of ours. */
  #bindWithout(entry: ViewEntry, real: string, at: string): void {
    this.#directory(at);
    for (const name of readdirSync(real)) {
      const [from, to] = [join(real, name), join(at, name)];
      if (this.#hidden.includes(from)) continue;
      try {
        if (lstatSync(from).isSymbolicLink()) this.#link(to, readlinkSync(from));
        else this.#bind(entry, from, to);
      } catch (error) {
        // it has gone meanwhile
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }

  #makePrivate(path: string, at: string): void {
    if (!this.#directory(at, true)) return;
    const mode = this.#view.shared.includes(path) ? SHARED_TEMPORARY_MODE : OWN_DIRECTORY_MODE;
    const { privateBytes } = this.#view;
    // Empty files and directories take memory as well.
    const size =
      privateBytes === undefined
        ? ''
        : `,size=${privateBytes},nr_inodes=${Math.max(LEAST_INODES, Math.floor(privateBytes / BYTES_PER_INODE))}`;
    mount('tmpfs', this.#at(at), { type: 'tmpfs', flags: MS_NOSUID | MS_NODEV, data: `mode=${mode}${size}` });
    this.#privateMounts.add(at);
  }

  /** What is hidden within a directory that may be written stays in it, and is empty. */
  #coverHidden(): void {
    for (const path of this.#hidden) for (const place of this.#placesOf(path)) this.#cover(place);
  }

  /** Where a path is found: at its own place, and in what was bound to others. */
  #placesOf(path: string): string[] {
    const bound = this.#mounted
      .filter(({ real }) => isWithin(path, real))
      .map(({ real, at }) => join(at, relative(real, path)));
    return [...new Set([path, ...bound])].filter((place) => this.#exists(place));
  }

  #cover(place: string): void {
    const at = this.#at(place);
    const flags = MS_NOSUID | MS_NODEV | MS_RDONLY;
    if (statSync(at).isDirectory()) {
      mount('tmpfs', at, { type: 'tmpfs', flags, data: 'mode=0000,size=4k' });
      return;
    }
    if (!this.#exists('/.hidden')) writeFileSync(this.#at('/.hidden'), '', { mode: 0 });
    mount(this.#at('/.hidden'), at, { flags: MS_BIND });
  }

  #allowWriting(at: string, optional: boolean): void {
    try {
      setMountWritable(this.#at(at), true);
    } catch (error) {
      // it was read-only outside, or lies under something else by now
      const name = errnoNameOf(error);
      if (name !== 'EPERM' && !(optional && name === 'EINVAL')) throw error;
    }
  }
}

/**
 * Puts a new root together, of what the view gives, in a place that has nothing to do with it.
 * @returns the directory, to become `/`
 * @throws SandboxError SYSCALL_FAILED, INVALID_ARGUMENT (a bind whose target cannot be made)
 */
export function buildView(view: View, cwd: string): string {
  const sources = view.entries.flatMap(({ source }) => followLinks(source)?.real ?? []);
  const base = SITES.find((site) => {
    const real = followLinks(site)?.real;
    return real === site && !sources.some((source) => isWithin(source, site) || source === '/');
  });
  if (base === undefined) {
    const reason = 'everything is given: nothing is left to hide, and nowhere to put a root together';
    throw new SandboxError(
      'LAYER_UNAVAILABLE',
      { layer: 'files', reason },
      `files: ${reason}; set files.unlisted to visible`,
    );
  }
  new Root(base, view).build(cwd);
  return base;
}
