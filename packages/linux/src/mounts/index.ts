/** Changing the root of a mount namespace. */
export { changeDirectory, mount, pivotRoot, type RootOptions, setMountWritable, unmount } from './mount.ts';
