export * from './format-level';
