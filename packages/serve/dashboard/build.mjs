// Builds the dashboard into dist/dashboard: one script, one style sheet, the page. Everything that it uses is in it.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLED } from './bundled.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'dist', 'dashboard');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: [
    { in: join(here, 'src', 'main.tsx'), out: 'app' },
    { in: join(here, 'src', 'style', 'index.css'), out: 'app' },
  ],
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  // what browsers of two years can do; light-dark() among it
  target: ['chrome123', 'firefox121', 'safari17.5'],
  tsconfig: join(here, 'tsconfig.json'),
  legalComments: 'none',
  logLevel: 'warning',
});
for (const file of ['index.html', 'favicon.svg']) copyFileSync(join(here, file), join(out, file));
writeFileSync(join(out, 'licenses.txt'), BUNDLED.map(license).join('\n'));

function license(name) {
  const { resolve } = createRequire(import.meta.url);
  let folder = dirname(resolve(name));
  for (;;) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (manifest.name === name) {
        return `${name} ${manifest.version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8')}`;
      }
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    folder = dirname(folder);
  }
}
