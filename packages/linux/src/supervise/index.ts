/**
 * Judging the system calls of another process: a filter hands them to a listener, whose holder answers. It gives
 * forbidden calls their names. The listener goes from the judged process to its supervisor through a socket.
 */
export {
  type DescriptorChannel,
  descriptorChannel,
  discardDescriptors,
  receiveDescriptor,
  sendDescriptor,
} from './hand-over.ts';
export { answerCall, installSupervisedFilter, receiveCall, type SupervisedCall } from './notify.ts';
export { createSharedPage } from './shared-words.ts';
