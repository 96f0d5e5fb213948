/** Compiles an entry below assembly/ that only tests need, and instantiates it. */
export async function compileEntry(entry: string): Promise<WebAssembly.Exports> {
  const { assemble, compile } = (await import(
    new URL('../../scripts/assembly.mjs', import.meta.url).href
  )) as {
    compile(entry: string, options: string[]): Promise<string>;
    assemble(text: string): Uint8Array;
  };
  const bytes = assemble(await compile(entry, []));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource), {}).exports;
}
