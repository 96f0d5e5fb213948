// The picture in the README: `npm run picture` runs the demo behind `npm start` and draws what it prints, as a terminal of
// 100 columns shows it. With --check nothing is drawn: 1 if the demo fails, or prints more than fits.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const PICTURE = 'docs/images/npm-start.svg';
/** What most terminals have at least, and READMEs have room for. */
export const COLUMNS = 100;

const COLUMN = 8;
const LINE = 18;
const MARGIN = 16;
const STYLE = `
  rect { fill: #ffffff; stroke: #c8ccd2 }
  text { fill: #1f2328; font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace }
  .prompt { fill: #57606a } .good { fill: #116329 } .bad { fill: #a40e26 }
  @media (prefers-color-scheme: dark) {
    rect { fill: #0d1117; stroke: #30363d }
    text { fill: #e6edf3 } .prompt { fill: #8b949e } .good { fill: #56d364 } .bad { fill: #ff7b72 }
  }`;

/** The lines that do not fit; characters count one column each, as all that the demo prints do. */
export function tooWide(lines) {
  return lines.filter((line) => [...line].length > COLUMNS);
}

/**
 * @param {string[]} lines as printed
 * @param {string} title for those who do not see it
 * @returns {string} a terminal with these lines, as SVG
 * @throws Error if one is too wide
 */
export function draw(lines, title) {
  const [wide] = tooWide(lines);
  if (wide !== undefined) throw new Error(`more than ${COLUMNS} columns: ${wide}`);
  const [width, height] = [COLUMNS * COLUMN + 2 * MARGIN, lines.length * LINE + 2 * MARGIN];
  const texts = lines.map((line, i) => {
    // Runs of text between gaps, each at its column, so that a table stands whatever font is there.
    const runs = [...line.matchAll(/\S+(?: \S+)*/g)].map(
      ({ index, 0: run }) =>
        `<tspan x="${MARGIN + [...line.slice(0, index)].length * COLUMN}"${classOf(run)} textLength="${[...run].length * COLUMN}" lengthAdjust="spacingAndGlyphs">${escaped(run)}</tspan>`,
    );
    return runs.length === 0 ? '' : `<text y="${MARGIN + LINE * i + 13}">${runs.join('')}</text>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<style>${STYLE}
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${texts.join('')}</svg>
`;
}

function classOf(run) {
  if (run.startsWith('$ ')) return ' class="prompt"';
  if (/^(valid|for)$/.test(run)) return ' class="good"';
  return /^(invalid|against)$/.test(run) ? ' class="bad"' : '';
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What a person sees: both streams in the order in which they come. */
function demo() {
  const { status, stdout } = spawnSync(
    'sh',
    ['-c', 'exec "$0" "$1" 2>&1', process.execPath, join(root, 'examples/demo/main.mjs')],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`the demo ended with ${status}: ${stdout}`);
  return ['$ npm start', ...stdout.trimEnd().split('\n')];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = demo();
  const svg = draw(lines, `npm start: ${lines.at(-1)}`);
  if (!process.argv.includes('--check')) writeFileSync(join(root, PICTURE), svg);
  console.log(
    `${lines.length} lines of at most ${Math.max(...lines.map((line) => [...line].length))} columns`,
  );
}
