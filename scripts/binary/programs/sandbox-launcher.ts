import '../../../packages/sandbox-linux/src/launcher/main.ts';
