// A run of vitest in which one of the paths, or the name, matched nothing fails.
import { sep } from 'node:path';
import { failureOf } from './nothing-ran.mjs';

// biome-ignore lint/style/noDefaultExport: the runner asks for one.
export default class NothingRan {
  onTestRunEnd(modules) {
    const ran = new Map(
      modules.map((module) => {
        const tests = [...module.children.allTests()];
        return [module.moduleId, tests.filter((test) => test.result().state !== 'skipped').length];
      }),
    );
    // A file that cannot even be loaded has failed by itself.
    if (modules.some((module) => module.state() === 'failed')) return;
    const failure = failureOf(ran, sep);
    if (failure === undefined) return;
    console.error(failure);
    process.exitCode = 1;
  }
}
