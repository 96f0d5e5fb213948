// The dashboard in a real Chromium, against `pvf serve` under load: `npm run dashboard-check`. With --screenshots it also
// writes the pictures of the README.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { screenshots: { type: 'boolean', default: false } } });
const root = join(import.meta.dirname, '..');

/** As Debian, Alpine and Google name it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const chromium = NAMES.flatMap((name) =>
  (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)),
).find((path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
});
if (chromium === undefined) {
  console.error(`dashboard-check: there is no Chromium on the PATH (${NAMES.join(', ')})`);
  console.error('  on Debian: apt-get install --no-install-recommends chromium fonts-dejavu-core');
  process.exit(1);
}

const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', 'vitest.browser.config.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    PVF_CHROMIUM: chromium,
    ...(values.screenshots && { PVF_SCREENSHOTS: join(root, '../../docs/images') }),
  },
});
process.exit(status ?? 1);
