import '../../../packages/prepare-worker/src/main.ts';
