export * from './address';
export * from './cidr';
export * from './mac';
export * from './range';
