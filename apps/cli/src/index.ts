// The program as a function, for whoever runs it without a process of its own.
export { EXIT, type ExitCode } from './exit-code';
export type { Io } from './io';
export { run } from './run';
