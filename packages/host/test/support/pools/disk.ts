/**
 * What the host's side of a worker does with files, kept in memory, so that a sequence of events has one course.
 * Stands for `node:fs/promises` (`vi.mock`): a path is a file's, and a directory is what its files' paths begin with.
 */
export class Disk {
  readonly files = new Set<string>();
  /** Directories in which nothing can be listed or removed. */
  readonly broken = new Set<string>();

  readonly module = {
    link: async (from: string, to: string): Promise<void> => {
      if (!this.files.has(from)) throw fault('ENOENT');
      if (this.files.has(to)) throw fault('EEXIST');
      this.files.add(to);
    },
    open: async (path: string): Promise<{ close(): Promise<void> }> => {
      this.files.add(path);
      return { close: async () => {} };
    },
    readdir: async (path: string): Promise<string[]> => {
      if (this.broken.has(path)) throw fault('EIO');
      return this.list(path);
    },
    unlink: async (path: string): Promise<void> => void this.files.delete(path),
    rm: async (path: string): Promise<void> => void this.files.delete(path),
  };

  list(dir: string): string[] {
    return [...this.files].flatMap((path) =>
      path.startsWith(`${dir}/`) ? [path.slice(dir.length + 1)] : [],
    );
  }

  removeDir(dir: string): void {
    for (const name of this.list(dir)) this.files.delete(`${dir}/${name}`);
  }
}

function fault(code: string): Error {
  return Object.assign(new Error(code), { code });
}

export const disk = new Disk();
