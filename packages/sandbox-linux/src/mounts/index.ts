/** Changing the root of a mount namespace. */
export { changeDirectory, mount, pivotRoot, type RootOptions, unmount } from './mount.ts';
