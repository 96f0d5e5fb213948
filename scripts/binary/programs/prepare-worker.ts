import '../require-stack.ts';
import '../../../packages/prepare-worker/src/main.ts';
