/** Put in by the build (tsup) and by vitest's configuration, from package.json. */
declare const PVF_SERVE_VERSION: string;

/** This package's version. */
export const VERSION: string = PVF_SERVE_VERSION;
