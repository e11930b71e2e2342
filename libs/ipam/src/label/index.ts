export * from './label-selector';
export * from './labels';
