// `npm run pack-check [-- NAME…]`: packs every public package; each must be in order for publishing (publint), have
// types that resolve (attw), install from its tarball into an empty folder with npm under strict engines, and work there
// (smoke.mjs), on the oldest Node that it promises. A program that bundles the host works as the host's README says.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { checkBundles } from './bundles.mjs';
import { installNodes } from './nodes.mjs';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const ADDER = join(root, 'examples/adder-pvf/dist/adder.wasm');
/** Packing and installing wait for disks; more at once only makes them slower. */
const AT_ONCE = 2;

/**
 * The pinned Node has 126 MB: one installation, the one with everything in it, unpacks it as users' do; in the others it
 * is a link at the same place.
 */
const NODE = `node-linux-${process.arch}`;
const LINKED_NODE = { [NODE]: `file:${join(root, 'packages/worker/node_modules', NODE)}` };

const packages = new Map(
  readdirSync(join(root, 'packages'))
    .map((folder) => ({ folder, manifest: readJson(join(root, 'packages', folder, 'package.json')) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map((each) => [each.manifest.name, each]),
);
const chosen = process.argv.slice(2);
for (const name of chosen)
  if (!packages.has(`@pvf/${name}`)) throw new Error(`no public package @pvf/${name}`);

const started = Date.now();
const work = mkdtempSync(join(tmpdir(), 'pvf-pack-check-'));
let failures = 0;
try {
  const nodes = await installNodes(
    join(work, 'nodes'),
    [...packages.values()].map(({ manifest }) => manifest.engines.node),
  );
  const tarballs = join(work, 'tarballs');
  mkdirSync(tarballs);
  await forEach([...packages.values()], async (each) => {
    const cwd = join(root, 'packages', each.folder);
    const { stdout } = await run('pnpm', ['pack', '--json', '--pack-destination', tarballs], { cwd });
    each.tarball = JSON.parse(stdout).filename;
  });
  const wanted = [...packages.values()].filter(
    ({ folder }) => chosen.length === 0 || chosen.includes(folder),
  );
  await forEach(wanted, async (each) => {
    const { folder } = each;
    const problems = [...(await lint(each)), ...(await resolveTypes(each)), ...(await tryOut(each, nodes))];
    failures += problems.length;
    console.log(problems.length === 0 ? `ok  @pvf/${folder}` : `BAD @pvf/${folder}\n${problems.join('\n')}`);
  });
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(
  `${failures === 0 ? 'all good' : `${failures} problems`}, ${((Date.now() - started) / 1000).toFixed(0)} s`,
);
process.exitCode = failures === 0 ? 0 : 1;

async function lint({ tarball, manifest }) {
  const bytes = readFileSync(tarball);
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages } = await publint({
    pack: { tarball: data },
    level: 'warning',
    strict: true,
  });
  return messages.map((message) => `publint: ${formatMessage(message, manifest)}`);
}

/** The packages are ESM only: `require` of them in old module systems is not looked at. */
async function resolveTypes({ tarball }) {
  const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  try {
    await run(process.execPath, [attw, tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji']);
    return [];
  } catch (error) {
    return [`attw: ${error.stdout}${error.stderr}`];
  }
}

async function tryOut(each, nodes) {
  const directory = join(work, each.folder);
  mkdirSync(directory);
  const dependencies = Object.fromEntries(
    closure(each.manifest.name).map((name) => [name, `file:${packages.get(name).tarball}`]),
  );
  const overrides = each.folder === 'cli' ? {} : LINKED_NODE;
  const manifest = { private: true, type: 'module', dependencies, overrides };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  cpSync(join(here, 'smoke.mjs'), join(directory, 'smoke.mjs'));
  // What pnpm has put into the environment is not what a user's npm finds there.
  const environment = Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_)/i.test(name));
  const registry = Object.entries(process.env).filter(([name]) =>
    /^npm_config_(registry|cache)$/i.test(name),
  );
  const node = nodes.get(each.manifest.engines.node);
  // npm runs on the Node that it finds first, and compares the engines with that.
  const env = Object.fromEntries([
    ...environment,
    ...registry,
    ['PATH', `${dirname(node)}:${process.env.PATH}`],
    ['npm_config_engine_strict', 'true'],
  ]);
  const options = { cwd: directory, env, timeout: 120_000 };
  try {
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], options);
    await run(node, ['smoke.mjs', each.folder, ADDER], options);
    if (each.folder === 'cli')
      await handsOver(directory, nodes.get(packages.get('@pvf/protocol').manifest.engines.node));
    if (each.folder === 'host') await checkBundles(directory, node, ADDER);
    return [];
  } catch (error) {
    return [`installed alone: ${error.message}\n${error.stdout ?? ''}`];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** On a Node that is too old for its dependencies the command line uses that of the workers. */
async function handsOver(directory, old) {
  const env = { PATH: `${dirname(old)}:/usr/bin:/bin`, HOME: directory };
  const { stdout } = await run(join(directory, 'node_modules/.bin/pvf'), ['--version'], { env });
  const { version } = packages.get('@pvf/cli').manifest;
  if (stdout.trim() !== version) throw new Error(`pvf on ${old} prints ${stdout}, not ${version}`);
}

/** A package and those of ours that it needs, directly or not: what a registry would add. */
function closure(name, found = new Set()) {
  if (found.has(name)) return [...found];
  found.add(name);
  for (const dependency of Object.keys(packages.get(name).manifest.dependencies ?? {}))
    if (packages.has(dependency)) closure(dependency, found);
  return [...found];
}

/** Runs `task` on each item, a few at once. */
async function forEach(items, task) {
  const rest = [...items];
  const lane = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
