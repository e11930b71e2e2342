export * from './vip-name';
