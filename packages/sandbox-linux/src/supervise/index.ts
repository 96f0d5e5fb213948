/**
 * Judging the system calls of another process: a filter hands them to a listener, whose holder answers. It gives
 * forbidden calls their names.
 */
export { answerCall, installSupervisedFilter, receiveCall, type SupervisedCall } from './notify.ts';
export { createSharedPage } from './shared-words.ts';
