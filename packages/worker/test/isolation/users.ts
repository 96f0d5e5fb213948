/** Who runs the hostile worker: as root both kinds, else whoever this is. */
export const USERS: readonly { readonly name: string; readonly uid: number | undefined }[] =
  process.getuid!() === 0
    ? [
        { name: 'root', uid: undefined },
        { name: 'an ordinary user', uid: 65_534 },
      ]
    : [{ name: 'this user', uid: undefined }];
