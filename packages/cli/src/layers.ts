/** Layers of isolation, with the words for a person. */
export const LAYERS = [
  ['seccomp', 'system call filter (seccomp)'],
  ['landlock', 'file system and network rules (Landlock)'],
  ['changeRoot', 'own root directory (user and mount namespaces)'],
  ['secureClone', 'own namespaces for each job'],
] as const;
