import '../require-stack.ts';
import '../../../packages/execute-worker/src/main.ts';
