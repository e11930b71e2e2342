export { type Example, examples } from './examples';
export { openapi } from './openapi';
