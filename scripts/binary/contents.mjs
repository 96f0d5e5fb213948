// What went into each program: the packages whose files esbuild bundled, by its own record.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * @param metafile esbuild's, whose paths are relative to the current directory
 * @returns {Map<string, Package[]>} name of the bundle (`pvf.cjs`) → `{ folder, manifest }` of each package in it, by name
 */
export function packagesIn(metafile) {
  const bundles = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint !== undefined);
  return new Map(
    bundles.map(([output, { inputs }]) => {
      const found = new Map();
      for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
        const path = resolve(input);
        // What is empty in a browser, data in an URL and the like are no files.
        if (bytesInOutput === 0 || !existsSync(path)) continue;
        const one = packageOf(path);
        if (one !== undefined) found.set(one.folder, one);
      }
      return [output.split('/').at(-1), [...found.values()].sort(byName)];
    }),
  );
}

/** The package that a file belongs to; nested manifests that only say how modules are written are passed over. */
export function packageOf(path) {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    if (manifest.name === 'pvf-monorepo') return undefined;
    if (manifest.name !== undefined && manifest.version !== undefined) return { folder, manifest };
  }
  return undefined;
}

function byName({ manifest: a }, { manifest: b }) {
  return `${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1;
}
