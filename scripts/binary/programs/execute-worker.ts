import '../../../packages/execute-worker/src/main.ts';
