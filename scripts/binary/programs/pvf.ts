// Asked often, by scripts: answers before everything else is loaded.
if (process.argv.length === 3 && /^(--version|-V)$/.test(process.argv[2] ?? '')) {
  void import('../../../packages/cli/src/version.ts').then(({ VERSION }) => console.log(VERSION));
} else {
  void import('../../../packages/cli/src/process.ts')
    .then(({ runProcess }) => runProcess())
    .then((status) => {
      process.exitCode = status;
    });
}
