export * from './label-selector';
