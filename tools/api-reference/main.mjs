// `npm run api-reference [-- --out DIR] [--check]`: the reference of all public packages' exports, by TypeDoc. Whatever it warns
// of is an error: a symbol without a word, a link to nowhere, a type that is used and not exported.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Application } from 'typedoc';
import { optionsFor } from './options.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'dist-api') },
    check: { type: 'boolean', default: false },
    package: { type: 'string', multiple: true },
  },
});

const packages = readdirSync(join(root, 'packages'))
  .map((folder) => join(root, 'packages', folder))
  .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
  .filter(({ manifest }) => manifest.private !== true)
  .filter(({ manifest }) => values.package?.includes(manifest.name) ?? true);

const work = mkdtempSync(join(tmpdir(), 'pvf-api-reference-'));
try {
  process.exitCode = await main();
} finally {
  rmSync(work, { recursive: true });
}

async function main() {
  const parts = [];
  let warnings = 0;
  for (const { folder, manifest } of packages) {
    const app = await Application.bootstrap({
      entryPoints: entryPoints(folder, manifest),
      tsconfig: join(folder, 'tsconfig.json'),
      name: manifest.name,
      includeVersion: true,
      readme: 'none',
      skipErrorChecking: true, // `npm run typecheck` checks, with the compiler that builds
      excludePrivate: true,
      excludeInternal: true,
      excludeExternals: true,
      logLevel: 'Warn',
      ...optionsFor(root, basename(folder)),
    });
    const project = await app.convert();
    if (project === undefined) return 1;
    app.validate(project);
    warnings += app.logger.warningCount + app.logger.errorCount;
    const part = join(work, `${parts.length}.json`);
    await app.generateJson(project, part);
    parts.push(part);
  }
  if (warnings > 0) {
    console.error(`${warnings} warnings`);
    return 1;
  }
  if (values.check) return 0;
  const app = await Application.bootstrap({
    entryPoints: parts,
    entryPointStrategy: 'merge',
    name: 'PVF host and workers',
    readme: join(root, 'README.md'),
  });
  const project = await app.convert();
  if (project === undefined) return 1;
  const out = resolve(root, values.out);
  await app.generateDocs(project, out);
  console.log(join(out, 'index.html'));
  return app.logger.hasWarnings() || app.logger.hasErrors() ? 1 : 0;
}

/** The source of each module that the package exports. */
function entryPoints(folder, { exports }) {
  return Object.values(exports)
    .map((each) => each.types)
    .filter((types) => types !== undefined)
    .map((types) => join(folder, types.replace(/^\.\/dist\//, 'src/').replace(/\.d\.ts$/, '.ts')));
}
