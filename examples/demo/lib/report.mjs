import { renderTable } from './table.mjs';

/** Together at most 100 columns wide, which most terminals have. */
const COLUMNS = [
  { title: 'PVF / candidate' },
  { title: 'PoV bytes', right: true },
  { title: 'verdict' },
  { title: 'vote' },
  { title: 'CPU ms', right: true },
  { title: 'wall ms', right: true },
];

/** Everything in one table, and a line that sums it up. */
export function tableReport(pvfs, security, totalMs) {
  const rows = pvfs.flatMap((pvf) => [null, ...heading(pvf), null, ...pvf.rows.map(candidateRow)]);
  const results = pvfs.flatMap(({ rows }) => rows);
  const wrong = results.filter(({ difference }) => difference);
  const failed = pvfs.filter((pvf) => pvf.failed);
  return [
    ...renderTable(COLUMNS, rows),
    '',
    ...failed.map(({ name, failed }) => `${name} was not prepared: ${failed}`),
    ...wrong.map(({ name, difference }) => `${name} is not as expected: ${difference}`),
    ...isolation(security),
    `${results.length - wrong.length} of ${results.length} candidates as expected, in ${seconds(totalMs)}`,
  ].join('\n');
}

export function jsonReport(pvfs, security, totalMs) {
  const ok = pvfs.every(({ failed, rows }) => !failed && rows.every(({ difference }) => !difference));
  const plain = (_key, value) => (typeof value === 'bigint' ? Number(value) : value);
  return JSON.stringify({ ok, totalMs, security, pvfs }, plain, 2);
}

function heading({ name, codeBytes, artifact }) {
  if (!artifact) return [`${name}: not prepared`];
  const { size, stats } = artifact;
  return [
    `${name}: code ${count(codeBytes)} bytes (${count(stats.codeLength)} decompressed)`,
    `  prepared in ${seconds(Number(stats.cpuTimeNs) / 1e6)} CPU, ${seconds(stats.wallTimeMs)} wall; ` +
      `artifact ${mebibytes(size)}; peak memory ${stats.maxRssBytes ? mebibytes(stats.maxRssBytes) : 'unknown'}`,
  ];
}

function candidateRow({ name, holds, povBytes, verdict, vote, cpuMs, wallMs, difference }) {
  return [
    label(name, holds),
    count(povBytes),
    difference ? `${verdict} ✗` : verdict,
    vote,
    cpuMs === undefined ? '-' : cpuMs.toFixed(1),
    wallMs.toFixed(1),
  ];
}

/** The fixtures' notes on blocks say more than fits into a table; what is wrong with a spoiled one is told whole. */
export function label(name, holds) {
  const [, extrinsics] = /^block \d+, .*?(\d+) in the block/.exec(holds) ?? [];
  if (extrinsics !== undefined) return `${name}, ${extrinsics} extrinsics`;
  const [what] = holds.split(',');
  return what.startsWith('adds ') ? `${name}, ${what}` : what;
}

function isolation(security) {
  const layers = ['landlock', 'seccomp', 'changeRoot', 'secureClone'];
  const missing = layers.filter((layer) => !security[layer].available);
  if (missing.length === 0) return ['every job ran isolated: own namespaces, own root, Landlock, seccomp'];
  return missing.map((layer) => `WARNING, jobs ran without ${layer}: ${security[layer].reason}`);
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

function mebibytes(bytes) {
  return bytes >= 2 ** 20 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 1024).toFixed(1)} KiB`;
}

function count(number) {
  return number.toLocaleString('en-US');
}
