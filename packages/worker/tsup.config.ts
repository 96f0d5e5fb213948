import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short=11', 'HEAD'], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  } catch {
    return 'unknown';
  }
}

export default defineConfig({
  entry: ['src/index.ts', 'src/version.ts'],
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  // node:sea has no other name
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
  splitting: true,
  define: { PVF_VERSION: JSON.stringify(version), PVF_COMMIT: JSON.stringify(commit()) },
});
