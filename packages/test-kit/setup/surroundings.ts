/**
 * What the shell that starts a suite decides and no test is about (vitest's `setupFiles`): files that a test makes for
 * another user must be readable, and system programs found, whatever a service or a CI runner has set.
 */
process.umask(0o022);
process.env.PATH = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin`;
for (const name of ['LANG', 'LC_ALL', 'LANGUAGE', 'NODE_OPTIONS']) delete process.env[name];
