import { lstatSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { enableControllers } from './find.ts';

const PREFIX = 'pvf-';
/** The kernel needs that long at most, as a rule, until killed processes have left their group. */
const REMOVE_ATTEMPTS = 100;
const REMOVE_PAUSE_MS = 20;
const MODE = 0o700;

/** A host's own control group, below one that was delegated to it. Each worker gets one below. */
export class HostCgroup {
  readonly path: string;
  #made = 0;

  /**
   * Makes it, after removing those of this user's hosts that are gone.
   * @param tag names this host among all
   * @param isOver whether the host of such a tag is gone
   * @throws Error of the file system
   */
  static async make(
    base: string,
    tag: string,
    isOver: (tag: string, at: string) => boolean,
  ): Promise<HostCgroup> {
    await sweep(base, isOver);
    const path = join(base, `${PREFIX}${tag}`);
    mkdirSync(path, { mode: MODE });
    const group = new HostCgroup(path);
    try {
      enableControllers(path);
    } catch (error) {
      await group.remove();
      throw error;
    }
    return group;
  }

  private constructor(path: string) {
    this.path = path;
    removeAtExit(path);
  }

  /** One more, without processes. @throws Error of the file system */
  makeGroup(name: string): WorkerGroup {
    const path = join(this.path, `${name}-${this.#made++}`);
    mkdirSync(path, { mode: MODE });
    return new WorkerGroup(path);
  }

  /** Kills what is left in it and removes it. Never rejects. */
  async remove(): Promise<void> {
    await remove(this.path);
    atExit.delete(this.path);
  }
}

/** The control group of one worker with all that it forks. */
export class WorkerGroup {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Kills every process in it at once. Never throws. */
  kill(): void {
    kill(this.path);
  }

  /** Kills what is left in it and removes it. Never rejects. */
  async remove(): Promise<void> {
    await remove(this.path);
  }
}

/** Groups that hosts of this user have left. Others' stay, and so does what cannot be removed. */
async function sweep(base: string, isOver: (tag: string, at: string) => boolean): Promise<void> {
  const uid = process.geteuid?.();
  for (const name of directoriesIn(base)) {
    const path = join(base, name);
    if (!name.startsWith(PREFIX) || ownerOf(path) !== uid) continue;
    if (isOver(name.slice(PREFIX.length), path)) await remove(path);
  }
}

function ownerOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.uid;
}

/** cgroup.kill is in Linux since 5.14; before that a group goes once its processes have ended otherwise. */
function kill(path: string): void {
  try {
    writeFileSync(join(path, 'cgroup.kill'), '1', { flag: 'r+' });
  } catch {
    // There is no such group any more, or no such file.
  }
}

async function remove(path: string): Promise<void> {
  kill(path);
  for (let attempt = 1; !removeNow(path) && attempt < REMOVE_ATTEMPTS; attempt++)
    await pause(REMOVE_PAUSE_MS);
}

/** Directories are all that can be removed there, from the inside out. @returns whether nothing is left */
function removeNow(path: string): boolean {
  for (const name of directoriesIn(path)) removeNow(join(path, name));
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function directoriesIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

const atExit = new Set<string>();
let listening = false;

/** For programs that end without `close()`. What is left then, the next host sweeps. */
function removeAtExit(path: string): void {
  atExit.add(path);
  if (listening) return;
  listening = true;
  process.once('exit', () => {
    for (const each of atExit) {
      kill(each);
      removeNow(each);
    }
  });
}
