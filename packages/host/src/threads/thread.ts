/** What a piscina thread loads; a program of its own in the build (`dist/thread.js`). */
export { allocate, hash, promote, verify, write } from './tasks.ts';
