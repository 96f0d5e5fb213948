import '../../../packages/cli/src/inspector/main.ts';
