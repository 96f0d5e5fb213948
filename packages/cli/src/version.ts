import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const manifest = createRequire(import.meta.url).resolve('@pvf/cli/package.json');

/** This package's version. */
export const VERSION: string = JSON.parse(readFileSync(manifest, 'utf8')).version;
