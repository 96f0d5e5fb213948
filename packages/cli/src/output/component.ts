import type { ComponentReport } from '@pvf/component';

/** The report on a component, or undefined for anything else. */
export async function componentReport(code: Uint8Array): Promise<ComponentReport | undefined> {
  // Not imported above: few commands meet one.
  const { describeComponent, isComponent } = await import('@pvf/component');
  return isComponent(code) ? describeComponent(code) : undefined;
}

/** What people read about a component where a PVF was expected. */
export function componentLines(report: ComponentReport, file: string): string[] {
  const world = report.isParachain ? 'world pvf:parachain' : 'not of world pvf:parachain';
  const lines = [`it is a WebAssembly component (${world}), which no relay chain accepts`];
  if (report.producers.length > 0) lines.push(`made by: ${report.producers.join(', ')}`);
  const trapping = new Set(report.trapped);
  const imports = report.imports.map((name) => (trapping.has(name) ? `${name} (traps when called)` : name));
  lines.push(`imports: ${imports.join(', ') || 'nothing that could be read'}`);
  lines.push(`exports: ${report.exports.join(', ') || 'nothing that could be read'}`);
  const { obstacle } = report;
  if (obstacle === undefined) {
    lines.push(`make a PVF of it: pvf component flatten ${file} -o ${flatName(file)}`);
  } else {
    lines.push(`it cannot be flattened: ${obstacle.message}`);
    if (obstacle.remedy !== undefined) lines.push(obstacle.remedy);
  }
  return lines;
}

function flatName(file: string): string {
  return file.replace(/(\.component)?\.wasm$/, '').concat('.pvf.wasm');
}
