export * from './call-fault';
export * from './http-call';
export * from './http-client';
