/**
 * The adder parachain: its PVF as a WebAssembly module (written in AssemblyScript, `assembly/`), and the same chain in
 * plain TypeScript, to make candidates for it and to know the answers.
 */
export {
  type AdderBlock,
  type AdderCandidate,
  type AdderHead,
  adderChain,
  adderGenesis,
  encodeAdderBlock,
  encodeAdderHead,
  nextAdderHead,
} from './chain.ts';
export { ADDER_PVF_PATH, readAdderPvf } from './module.ts';
