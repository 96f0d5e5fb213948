/** Put in by the build (tsup) and by vitest's configuration, from package.json. */
declare const PVF_HOST_VERSION: string;

/** This package's version; the worker packages of the same release report the same. */
export const VERSION: string = PVF_HOST_VERSION;
