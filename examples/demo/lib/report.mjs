import { renderTable } from './table.mjs';

const COLUMNS = [
  { title: 'PVF / candidate' },
  { title: 'holds' },
  { title: 'PoV bytes', right: true },
  { title: 'expected' },
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

function candidateRow({ name, holds, povBytes, expected, verdict, vote, cpuMs, wallMs, difference }) {
  return [
    name,
    shorten(holds),
    count(povBytes),
    expected,
    difference ? `${verdict} ✗` : verdict,
    vote,
    cpuMs === undefined ? '-' : cpuMs.toFixed(1),
    wallMs.toFixed(1),
  ];
}

/** The fixtures' notes on blocks say more than fits into a table. */
function shorten(holds) {
  const [, block, extrinsics] = /^(block \d+), .*?(\d+) in the block/.exec(holds) ?? [];
  return block === undefined ? holds.split(',')[0] : `${block} with ${extrinsics} extrinsics`;
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
